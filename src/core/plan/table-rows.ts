import { z } from 'zod';
import type { StateFile } from '../state/open.ts';
import { listRuns } from '../state/runs.ts';
import type { JoinedTable } from './worth-ahead.ts';

const searchedRuns = 50;

const storedRun = z.object({
  inSyncRows: z.number().optional(),
  tableEstimate: z.object({ rows: z.number() }).optional(),
});

/** How many rows the table has: as is said, else as in its latest run, else as many as the history knows, and never fewer. */
export function tableRows(
  state: StateFile,
  {
    group,
    said,
    knownKeys,
  }: { group: { name: string; table: string } | undefined; said: number | undefined; knownKeys: number },
): JoinedTable {
  const found = said ?? (group && rowsInLatestRun(state, group));
  if (found === undefined) return { rows: knownKeys, from: 'keys' };
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
