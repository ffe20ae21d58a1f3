import { z } from 'zod';
import type { StoredRun } from '../state/runs.ts';

/** Rows of one kind: `rawBytes` before compression, `wireBytes` as sent. */
export interface Moved {
  rows: number;
  rawBytes: number;
  wireBytes: number;
}

/** What one run says of itself, read out of its stored snapshot. Undefined is what the run never came to know. */
export interface RunFigures {
  plan:
    | {
        keys: number;
        /** Planned keys whose turn came in the hot phase: rows that arrived, and keys that have no row. */
        sentKeys: number;
        /** The earlier run that this one resumed had sent them, and this run none. */
        sentBefore: boolean;
        missingKeys: number;
        expectedHitRate: number;
        minConfidence: number;
        originMs: number;
        horizonMs: number;
      }
    | undefined;
  moved: { cache: Moved; hot: Moved; snapshot: Moved; delta: Moved; repair: Moved; fetched: Moved };
  /** From the start of the run to the moment when every planned row is on the joiner. */
  hotReadyMs: number | undefined;
  /** Initial sync time: from the start of the run to in sync. */
  inSyncMs: number | undefined;
  deltaRounds: number | undefined;
  tableRows: number | undefined;
  /** Share of the table's rows that the snapshot did not have to send, because they had come before. */
  snapshotSmallerBy: number | undefined;
  verification: { ranges: number; rows: number; differences: number; repairedRows: number } | undefined;
  error: string | undefined;
  /** Times since the epoch, for setting a log against them. */
  startedAtMs: number;
  lastKnownMs: number;
  hotReadyAtMs: number | undefined;
  inSyncAtMs: number | undefined;
}

const count = z.number().nonnegative();
const moved = z.object({ rows: count, rawBytes: count, wireBytes: count });
const storedSnapshot = z.object({
  atMs: z.number(),
  resumed: z.boolean().optional(),
  phases: z.array(z.object({ name: z.string(), state: z.string() })),
  plan: z
    .object({
      keys: count,
      expectedHitRate: z.number(),
      minConfidence: z.number(),
      origin: z.string(),
      horizonMs: z.number().positive(),
      arrivedKeys: count,
      missingKeys: count,
    })
    .optional(),
  tableEstimate: z.object({ rows: count }).optional(),
  byKind: z.object({
    cache: moved,
    hot: moved,
    snapshot: moved,
    delta: moved,
    repair: moved,
    fetched: moved.default({ rows: 0, rawBytes: 0, wireBytes: 0 }),
  }),
  backlog: z.object({ round: count }).optional(),
  verification: z.object({ ranges: count, rows: count, differences: count, repairedRows: count }).optional(),
  hotReadyAtMs: z.number().optional(),
  inSyncAtMs: z.number().optional(),
  inSyncRows: count.optional(),
  error: z.string().optional(),
});
type StoredSnapshot = z.infer<typeof storedSnapshot>;

/** The figures of a run; undefined where its snapshot was written by a foresync that told other things. */
export function figuresOf(run: StoredRun): RunFigures | undefined {
  const parsed = storedSnapshot.safeParse(run.snapshot);
  if (!parsed.success) return undefined;
  const snapshot = parsed.data;
  // The journal's start is the first one of a run that was resumed, and there before any event.
  const startedAtMs = run.startedMs;
  const since = (atMs: number | undefined) =>
    atMs === undefined ? undefined : Math.max(0, atMs - startedAtMs);
  const tableRows = snapshot.inSyncRows ?? snapshot.verification?.rows ?? snapshot.tableEstimate?.rows;
  return {
    plan: planOf(snapshot),
    moved: snapshot.byKind,
    hotReadyMs: since(snapshot.hotReadyAtMs),
    inSyncMs: since(snapshot.inSyncAtMs),
    deltaRounds: snapshot.backlog?.round,
    tableRows,
    snapshotSmallerBy: smallerBy(snapshot, tableRows),
    verification: snapshot.verification,
    error: snapshot.error,
    startedAtMs,
    lastKnownMs: Math.max(snapshot.atMs, run.endedMs ?? snapshot.atMs),
    hotReadyAtMs: snapshot.hotReadyAtMs,
    inSyncAtMs: snapshot.inSyncAtMs,
  };
}

function planOf(snapshot: StoredSnapshot): RunFigures['plan'] {
  const { plan, hotReadyAtMs } = snapshot;
  if (!plan) return undefined;
  const { keys, expectedHitRate, minConfidence, horizonMs, missingKeys } = plan;
  const originMs = Date.parse(plan.origin);
  if (Number.isNaN(originMs)) return undefined;
  const sentBefore = hotBefore(snapshot);
  // A resumed run counts from nothing again, but hot-ready says that all of them are there.
  const allThere = sentBefore || hotReadyAtMs !== undefined;
  const sentKeys = allThere ? keys : Math.min(keys, plan.arrivedKeys + missingKeys);
  return { keys, sentKeys, sentBefore, missingKeys, expectedHitRate, minConfidence, originMs, horizonMs };
}

/** A resumed run skips the hot rows where the earlier one was past them; what it sends later is a rest as well. */
function hotBefore({ resumed = false, phases }: StoredSnapshot): boolean {
  return resumed && phases.some(({ name, state }) => name === 'hot' && state === 'skipped');
}

function smallerBy(snapshot: StoredSnapshot, tableRows: number | undefined): number | undefined {
  const complete = snapshot.phases.some(({ name, state }) => name === 'snapshot' && state === 'done');
  if (!complete || !tableRows || hotBefore(snapshot)) return undefined;
  return Math.max(0, 1 - snapshot.byKind.snapshot.rows / tableRows);
}
