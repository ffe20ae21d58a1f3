import type { StateDatabase, StateFile } from './open.ts';

/** What an operator wants of a run that is under way. */
export interface RunControl {
  /** Of what goes to the joiner; undefined without a limit. */
  bytesPerSecond: number | undefined;
  /** It waits until it may go on. */
  isPaused: boolean;
}

interface ControlRow {
  bytes_per_second: number | null;
  paused: number;
}

/** Changes what was wanted before; what `change` does not name stays. Of a run that nothing was said of yet, the rest is no limit and no pause. */
export function changeRunControl(state: StateFile, runId: string, change: Partial<RunControl>): void {
  const { db } = state;
  db.transaction(() => {
    const before = readRunControl(db, runId) ?? { bytesPerSecond: undefined, isPaused: false };
    const { bytesPerSecond, isPaused } = { ...before, ...change };
    db.prepare('REPLACE INTO run_controls (run_id, bytes_per_second, paused) VALUES (?, ?, ?)').run(
      runId,
      bytesPerSecond ?? null,
      isPaused ? 1 : 0,
    );
  }).immediate();
}

/** Undefined where nothing was said of the run. */
export function readRunControl(db: StateDatabase, runId: string): RunControl | undefined {
  const row = db
    .prepare<[string], ControlRow>('SELECT bytes_per_second, paused FROM run_controls WHERE run_id = ?')
    .get(runId);
  return row && { bytesPerSecond: row.bytes_per_second ?? undefined, isPaused: row.paused === 1 };
}
