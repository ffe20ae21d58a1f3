import type {
  HookName,
  HookState,
  PhaseName,
  RateLimit,
  RowKind,
  RunPromise,
  ServedLogPlace,
} from './events.ts';
import type { WriteTimesSummary } from './write-times.ts';

export type PhaseState = 'waiting' | 'running' | 'done' | 'skipped' | 'failed';

export interface RowCount {
  rows: number;
  /** Size before compression. */
  rawBytes: number;
  /** Size as sent. */
  wireBytes: number;
}

export interface DonorSnapshot extends RowCount {
  donor: string;
  host: string;
  state: 'connecting' | 'ready' | 'reading' | 'done' | 'lost';
  /** How long it takes for an answer, lately. */
  answerMs?: number;
  /** How long a small write takes there, where the run is to keep that short. */
  writeMs?: number;
  /** Of all those writes. */
  writes?: WriteTimesSummary;
  /** What its agent had cost at the end: time of processors, and the most memory that it ever had. */
  cpuMs?: number;
  peakBytes?: number;
}

export interface PhaseSnapshot {
  name: PhaseName;
  state: PhaseState;
  /** Of the last time that it ran, where the run had to connect anew. */
  startedAtMs?: number;
  endedAtMs?: number;
  /** What it took the times before. */
  earlierMs?: number;
  share?: number;
}

/** All that is known of a run at one moment. The dashboard, plain output, `--json` and the stored run are drawn from it. */
export interface RunSnapshot {
  runId: string;
  command: 'prefetch' | 'add-replica';
  group: string;
  table: string;
  lead: string;
  joiner: string | undefined;
  /** It goes on from what an earlier run left. */
  resumed: boolean;
  startedAtMs: number;
  /** Time of the last event folded. */
  atMs: number;
  phases: PhaseSnapshot[];
  plan:
    | {
        keys: number;
        expectedReads: number;
        expectedHitRate: number;
        minConfidence: number;
        origin: string;
        horizonMs: number;
        arrivedKeys: number;
        missingKeys: number;
        arrivedReads: number;
      }
    | undefined;
  tableEstimate: { rows: number; sizeBytes: number } | undefined;
  byKind: Record<RowKind, RowCount>;
  donors: DonorSnapshot[];
  backlog: { keys: number; round: number } | undefined;
  /** What is in the Delta Log at the lead. `keysPerSecond` is over the last ten seconds, and below zero while it shrinks. */
  deltaLog:
    | {
        keys: number;
        /** As many as it ever held. */
        mostKeys: number;
        budgetKeys: number;
        keysPerSecond: number | undefined;
        /** Until its budget is full, at that rate; undefined while it does not grow. */
        fullInMs: number | undefined;
      }
    | undefined;
  verification: { ranges: number; rows: number; differences: number; repairedRows: number } | undefined;
  /** In force now, of what goes to the joiner. */
  limit: RateLimit | undefined;
  /** Over the last five seconds, so that it follows the link. */
  rowsPerSecond: number;
  wireBytesPerSecond: number;
  /** Wire bytes per second, one value a second, the last 60, oldest first. */
  rateHistory: number[];
  /** Time to the end of the current phase; undefined while there is no ground for it, as when the run is paused. */
  etaMs: number | undefined;
  /** Between these the end lies, as the speed of the last half minute goes; there is an ETA where there is this. */
  etaRange: { leastMs: number; mostMs: number } | undefined;
  /** Since when the operator lets it wait; undefined while it goes on. */
  pausedSinceMs: number | undefined;
  /** In all pauses that are over. */
  pausedMs: number;
  /** When it was to be there; undefined for a run that goes on from what an earlier one left. */
  promise: RunPromise | undefined;
  /** How far the clock of the joiner's host is ahead of ours, give or take `withinMs`. */
  joinerClock: { aheadMs: number; withinMs: number } | undefined;
  /** Reads that the joiner answers while it is built, and how many it answered by itself; `log` has them one by one. */
  serving:
    | {
        address: string;
        sinceMs: number;
        log?: ServedLogPlace;
        reads: number;
        hits: number;
        /** Between the last two times that it told. */
        readsPerSecond?: number;
        /** Of the last thousand reads, the share that it answered by itself. */
        recentHitRate?: number;
        /** Keys that were being fetched. */
        keysUnderWay: number;
        /** Reads that the log does not have: its disk was too slow, or failed. */
        notLogged: number;
      }
    | undefined;
  /** Planned rows whose pages were read into the buffers of the joiner's server, and how much was not there before. */
  warmed: { rows: number; pages: number; bytes: number; by: 'pg_prewarm' | 'reads' } | undefined;
  /** What the joiner's server had counted of the table's pages when the run was over. */
  buffers: { atMs: number; tableId: number; hits: number; reads: number } | undefined;
  hotReadyAtMs: number | undefined;
  inSyncAtMs: number | undefined;
  inSyncRows: number | undefined;
  /** The position in the lead's Delta Log at which the joiner equals it. */
  inSyncWatermark: number | undefined;
  /**
   * Since the joiner is followed; `rows` once that has ended. `lagMs`: how long ago it had all that was committed at the lead; a pause between two looks at the Delta Log
   * counts too.
   */
  follow:
    | { watermark: number; keysWaiting: number; levelAtMs: number; lagMs: number; rows?: number }
    | undefined;
  /** The operator's commands that were started, those of the run that this one goes on with included. */
  hooks: { hook: HookName; state: HookState; exitCode?: number }[];
  /** The last 50, oldest first. */
  notes: { atMs: number; level: 'info' | 'warning'; text: string }[];
  outcome: 'running' | 'done' | 'stopped' | 'failed';
  error: string | undefined;
}
