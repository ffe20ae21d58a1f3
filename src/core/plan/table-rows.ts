import { z } from 'zod';
import { ForesyncError } from '../errors.ts';
import type { StateFile } from '../state/open.ts';
import { listRuns } from '../state/runs.ts';
import type { JoinedTable } from './worth-ahead.ts';

const searchedRuns = 50;

const storedRun = z.object({
  inSyncRows: z.number().optional(),
  tableEstimate: z.object({ rows: z.number() }).optional(),
});

/**
 * How many rows the table has: as is said, else as in its latest run, and never fewer than there are known keys. Throws `table-rows-unknown`
 * (kind `usage`): the known keys alone say little of how large the table is.
 */
export function tableRows(
  state: StateFile,
  {
    group,
    said,
    knownKeys,
  }: { group: { name: string; table: string } | undefined; said: number | undefined; knownKeys: number },
): JoinedTable {
  const found = said ?? (group && rowsInLatestRun(state, group));
  if (found === undefined) {
    throw new ForesyncError(
      'usage',
      'table-rows-unknown',
      'No run has told yet how many rows the table has.',
      {
        hint: 'Say it with --rows, roughly.',
      },
    );
  }
  return { rows: Math.max(found, knownKeys), from: said === undefined ? 'run' : 'flag' };
}

function rowsInLatestRun(
  state: StateFile,
  { name, table }: { name: string; table: string },
): number | undefined {
  for (const run of listRuns(state, { group: name, command: 'add-replica', limit: searchedRuns })) {
    if (run.table !== table) continue;
    const { data } = storedRun.safeParse(run.snapshot);
    const rows = data?.inSyncRows ?? data?.tableEstimate?.rows;
    if (rows !== undefined && rows > 0) return rows;
  }
  return undefined;
}
