import { z } from 'zod';
import type { StateFile } from '../state/open.ts';
import { listRuns, type StoredRun } from '../state/runs.ts';
import type { SnapshotTime } from './early-value.ts';

/** Enough that one run over a slow link does not decide alone, and few enough that a table's growth shows. */
const latestRuns = 5;
const searchedRuns = 50;

const storedRun = z.object({
  resumed: z.boolean().optional(),
  startedAtMs: z.number(),
  phases: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      startedAtMs: z.number().optional(),
      endedAtMs: z.number().optional(),
    }),
  ),
});

/**
 * When the next run's snapshot will bring its rows: for as long as is said, else as in the middle one of the table's
 * latest runs whose snapshot went through at one go, else over the whole horizon.
 */
export function snapshotTime(
  state: StateFile,
  options: {
    group: { name: string; table: string } | undefined;
    durationMs: number | undefined;
    horizonMs: number;
  },
): SnapshotTime {
  const { group, durationMs, horizonMs } = options;
  if (durationMs !== undefined) return { startMs: 0, durationMs, from: 'flag' };
  const runs = group === undefined ? [] : pastSnapshots(state, group);
  if (runs.length === 0) return { startMs: 0, durationMs: horizonMs, from: 'horizon' };
  return {
    startMs: median(runs.map(({ startMs }) => startMs)),
    durationMs: Math.max(1, median(runs.map((run) => run.durationMs))),
    from: 'runs',
  };
}

function pastSnapshots(state: StateFile, { name, table }: { name: string; table: string }) {
  return listRuns(state, { group: name, command: 'add-replica', limit: searchedRuns })
    .filter((run) => run.table === table)
    .flatMap((run) => pastSnapshot(run) ?? [])
    .slice(0, latestRuns);
}

function pastSnapshot({ snapshot }: StoredRun): { startMs: number; durationMs: number } | undefined {
  const parsed = storedRun.safeParse(snapshot);
  if (!parsed.success || parsed.data.resumed) return undefined;
  const { startedAtMs: began, phases } = parsed.data;
  const phase = phases.find(({ name, state }) => name === 'snapshot' && state === 'done');
  if (phase?.startedAtMs === undefined || phase.endedAtMs === undefined) return undefined;
  return {
    startMs: Math.max(0, phase.startedAtMs - began),
    durationMs: Math.max(0, phase.endedAtMs - phase.startedAtMs),
  };
}

/** The lower one of the two in the middle, where there are two. */
function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;
}
