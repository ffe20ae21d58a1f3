import { z } from 'zod';
import type { StoredRun } from '../state/runs.ts';

/** Rows of one kind: `rawBytes` before compression, `wireBytes` as sent. */
export interface Moved {
  rows: number;
  rawBytes: number;
  wireBytes: number;
}

/** Between which times something was to come, from the run's start. */
export interface MsRange {
  leastMs: number;
  mostMs: number;
}

/** What a run cost a donor. Undefined is what the run never came to know. */
export interface DonorCost extends Moved {
  donor: string;
  /** Time of processors that its agent took, and the most memory that it had; known of runs that came to their end. */
  cpuMs: number | undefined;
  peakBytes: number | undefined;
  /** How long small writes took there, where the run was to keep that short. */
  writes: { count: number; medianMs: number; p99Ms: number; maxMs: number } | undefined;
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
  /** As many keys as the lead's Delta Log ever held. */
  mostDeltaKeys: number | undefined;
  donors: DonorCost[];
  /** What the run promised at its start; undefined for one that went on with what an earlier one had left. */
  promise:
    | { hotReady: MsRange | undefined; inSync: MsRange; from: 'runs' | 'measured'; runs: number }
    | undefined;
  /** Of what went to the joiner, in force at the end; undefined without one. */
  limitBytesPerSecond: number | undefined;
  /** What each phase took. */
  phases: { name: string; ms: number }[];
  /** It went on with what an earlier run had left. */
  resumed: boolean;
  /** Reads that the joiner answered while it was built, and where each of them is logged. */
  serving:
    | {
        reads: number;
        hits: number;
        /** Of the reads, those that the log does not have; undefined where the run did not say it. */
        notLogged?: number | undefined;
        log: { host: string; file: string } | undefined;
      }
    | undefined;
  /** Planned rows whose pages were read into the buffers of the joiner's server. */
  warmed: { rows: number; pages: number; bytes: number; by: 'pg_prewarm' | 'reads' } | undefined;
  /** What the joiner's server had counted of the table's pages when the run was over. */
  buffers: { atMs: number; tableId: number; hits: number; reads: number } | undefined;
  /** How far the clock of the joiner's host was ahead of foresync's, give or take `withinMs`. */
  joinerClock: { aheadMs: number; withinMs: number } | undefined;
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
const range = z.object({ leastMs: z.number(), mostMs: z.number() });
const storedSnapshot = z.object({
  atMs: z.number(),
  resumed: z.boolean().optional(),
  phases: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      startedAtMs: z.number().optional(),
      endedAtMs: z.number().optional(),
      earlierMs: z.number().optional(),
    }),
  ),
  donors: z
    .array(
      moved.extend({
        donor: z.string(),
        cpuMs: count.optional(),
        peakBytes: count.optional(),
        writes: z.object({ count, medianMs: count, p99Ms: count, maxMs: count }).optional(),
      }),
    )
    .default([]),
  deltaLog: z.object({ mostKeys: count.optional() }).optional(),
  promise: z
    .object({ hotReady: range.optional(), inSync: range, from: z.enum(['runs', 'measured']), runs: count })
    .optional(),
  limit: z.object({ bytesPerSecond: count }).optional(),
  serving: z
    .object({
      reads: count,
      hits: count,
      notLogged: count.optional(),
      log: z.object({ host: z.string(), file: z.string() }).optional(),
    })
    .optional(),
  warmed: z
    .object({ rows: count, pages: count, bytes: count, by: z.enum(['pg_prewarm', 'reads']) })
    .optional(),
  buffers: z.object({ atMs: count, tableId: count, hits: count, reads: count }).optional(),
  joinerClock: z.object({ aheadMs: z.number(), withinMs: count }).optional(),
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
    mostDeltaKeys: snapshot.deltaLog?.mostKeys,
    donors: snapshot.donors.map(({ donor, rows, rawBytes, wireBytes, cpuMs, peakBytes, writes }) => ({
      ...{ donor, rows, rawBytes, wireBytes },
      ...{ cpuMs, peakBytes, writes },
    })),
    promise: snapshot.promise && { hotReady: undefined, ...snapshot.promise },
    phases: snapshot.phases.flatMap(({ name, startedAtMs, endedAtMs, earlierMs = 0 }) =>
      startedAtMs === undefined || endedAtMs === undefined
        ? []
        : [{ name, ms: earlierMs + endedAtMs - startedAtMs }],
    ),
    limitBytesPerSecond: snapshot.limit?.bytesPerSecond,
    resumed: snapshot.resumed ?? false,
    serving: snapshot.serving && { log: undefined, ...snapshot.serving },
    warmed: snapshot.warmed,
    buffers: snapshot.buffers,
    joinerClock: snapshot.joinerClock,
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
