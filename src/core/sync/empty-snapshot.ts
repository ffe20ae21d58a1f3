import type { RowCount, RunSnapshot } from './snapshot.ts';

/** A run of which nothing is known yet. */
export function emptySnapshot(): RunSnapshot {
  const none = (): RowCount => ({ rows: 0, rawBytes: 0, wireBytes: 0 });
  return {
    runId: '',
    command: 'add-replica',
    group: '',
    table: '',
    lead: '',
    joiner: undefined,
    resumed: false,
    startedAtMs: 0,
    atMs: 0,
    phases: [],
    plan: undefined,
    tableEstimate: undefined,
    byKind: { cache: none(), hot: none(), snapshot: none(), delta: none(), repair: none(), fetched: none() },
    donors: [],
    backlog: undefined,
    deltaLog: undefined,
    verification: undefined,
    limit: undefined,
    rowsPerSecond: 0,
    wireBytesPerSecond: 0,
    rateHistory: [],
    etaMs: undefined,
    etaRange: undefined,
    pausedSinceMs: undefined,
    pausedMs: 0,
    serving: undefined,
    hotReadyAtMs: undefined,
    inSyncAtMs: undefined,
    inSyncRows: undefined,
    inSyncWatermark: undefined,
    follow: undefined,
    hooks: [],
    notes: [],
    outcome: 'running',
    error: undefined,
  };
}
