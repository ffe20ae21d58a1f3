/** The steps of a run, in their order. `prefetch` runs stop after `cache`; `add-replica` skips `cache`. */
export const phaseNames = [
  'connect',
  'capture',
  'cache',
  'hot',
  'snapshot',
  'delta',
  'verify',
  'publish',
  'follow',
  'cleanup',
] as const;
export type PhaseName = (typeof phaseNames)[number];

/** Moments at which a command of the operator's may be run. */
export const hookNames = ['hot-ready', 'synced'] as const;
export type HookName = (typeof hookNames)[number];

/** `failed`: it came to its end, and said so by its exit code. `stopped`: it was ended with the run. */
export const hookStates = ['running', 'done', 'failed', 'stopped'] as const;
export type HookState = (typeof hookStates)[number];

/** `operator`: by --bwlimit or throttle. `donor`: because writes at the lead donor take too long. */
export const limitSetters = ['operator', 'donor'] as const;
export interface RateLimit {
  bytesPerSecond: number;
  setBy: (typeof limitSetters)[number];
}

/** A file at a host, as `foresync.yaml` writes hosts. */
export interface ServedLogPlace {
  host: string;
  file: string;
}

/** Between which times something is to come. */
export interface MsRange {
  leastMs: number;
  mostMs: number;
}

export const promiseGrounds = ['runs', 'measured'] as const;

/** `from`: the rates of so many earlier `runs` of the table, or, where there are none, those that foresync was measured with. */
export interface RunPromise {
  /** Absent without a plan. */
  hotReady?: MsRange;
  inSync: MsRange;
  from: (typeof promiseGrounds)[number];
  runs: number;
}

export const warmedBy = ['pg_prewarm', 'reads'] as const;

export type RowKind = 'cache' | 'hot' | 'snapshot' | 'delta' | 'repair' | 'fetched';

/** What happens in a run, as core tells it. `atMs` is the time since the epoch. Everything that is shown folds from these. */
export type RunEvent = { atMs: number } & (
  | {
      type: 'start';
      runId: string;
      command: 'prefetch' | 'add-replica';
      group: string;
      table: string;
      lead: string;
      joiner?: string;
      phases: PhaseName[];
    }
  | {
      type: 'plan';
      keys: number;
      expectedReads: number;
      expectedHitRate: number;
      minConfidence: number;
      origin: string;
      horizonMs: number;
    }
  | { type: 'table'; rowsEstimate: number; sizeBytes: number }
  | { type: 'phase'; phase: PhaseName; state: 'running' | 'done' | 'skipped' | 'failed' }
  /** The joiner goes on from what an earlier run, or an earlier try of this one, left: so many rows. */
  | { type: 'resumed'; rows: number }
  /** The joiner or the lead was lost. After a wait the run connects anew, and what it was doing begins again. */
  | { type: 'lost' }
  | {
      type: 'donor';
      donor: string;
      /** Told once. */
      host?: string;
      state: 'connecting' | 'ready' | 'reading' | 'done' | 'lost';
    }
  /** Rows that have arrived: applied at the joiner, or for `cache` stored at the donor. `wireBytes` is compressed. */
  | {
      type: 'rows';
      kind: RowKind;
      donor: string;
      rows: number;
      rawBytes: number;
      wireBytes: number;
      planKeys?: number;
      missingKeys?: number;
      expectedReads?: number;
    }
  /** How much of the table's key space the snapshot or the verification has covered, 0 to 1. */
  | { type: 'progress'; phase: PhaseName; share: number }
  /** Keys in the Delta Log that the joiner does not have yet, and the round that is being applied. */
  | { type: 'backlog'; keys: number; round: number }
  /**
   * The joiner is followed: so far it is, so many keys wait. At `levelAtMs` it had all that was committed at the lead. The last one of
   * a run tells how many rows it holds.
   */
  | { type: 'followed'; watermark: number; keys: number; levelAtMs?: number; rows?: number }
  /** The limit of what goes to the joiner that is in force from now on; undefined where there is none. */
  | { type: 'limit'; limit: RateLimit | undefined }
  /** The operator lets the run wait, or go on: while it waits nothing is read at donors but signs of life. */
  | { type: 'pause'; isPaused: boolean }
  /** How long a donor takes for an answer, lately; `writeMs`: for a small write, where the run is to keep that short. */
  | { type: 'latency'; donor: string; answerMs: number; writeMs?: number }
  /** Keys in the Delta Log at the lead, and how many it may hold. */
  | { type: 'delta-log'; keys: number; budgetKeys: number }
  /** What an agent has cost its host so far: time of its processors, and the most memory that it ever had. */
  | { type: 'cost'; donor: string; cpuMs: number; peakBytes: number }
  /** How far the clock of the joiner's host is ahead of ours, give or take `withinMs`. */
  | { type: 'clock'; aheadMs: number; withinMs: number }
  /** When it is to be there, as told before the first row was read; counted from the run's start. */
  | ({ type: 'promise' } & RunPromise)
  /** The joiner answers reads at this address of its host, and writes them to this file there. */
  | { type: 'serving'; address: string; log?: ServedLogPlace }
  /**
   * How many reads its agent has answered so far, and how many of them by itself; of the last thousand the share of those; how many keys are fetched just
   * now; and how many reads its log does not have.
   */
  | {
      type: 'served';
      reads: number;
      hits: number;
      recentHitRate?: number;
      keysUnderWay: number;
      notLogged: number;
    }
  | { type: 'hot-ready' }
  | { type: 'verified'; ranges: number; rows: number; differences: number; repairedRows: number }
  /** Planned rows were read at the joiner's server, so that their pages are in its buffers: so many had not been. `by`: pg_prewarm where it could be used, beside reads. */
  | { type: 'warmed'; rows: number; pages: number; bytes: number; by: (typeof warmedBy)[number] }
  /** How often pages of the table in its place had been asked for and found by then, as the joiner's server counts. */
  | { type: 'buffers'; tableId: number; hits: number; reads: number }
  | { type: 'in-sync'; watermark: number; rows: number }
  /** A command of the operator's. `exitCode` where it ended with one. */
  | { type: 'hook'; hook: HookName; state: HookState; exitCode?: number }
  | { type: 'note'; level: 'info' | 'warning'; text: string }
  | { type: 'end'; outcome: 'done' | 'stopped' | 'failed'; error?: string }
);

/** A RunEvent without its time. */
export type RunFact = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'atMs'> : never) : never;

export type Emit = (fact: RunFact) => void;
