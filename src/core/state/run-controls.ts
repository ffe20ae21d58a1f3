import type { StateDatabase, StateFile } from './open.ts';

/** What an operator wants of a run that is under way. */
export interface RunControl {
  /** Of what goes to the joiner; undefined without a limit. */
  bytesPerSecond: number | undefined;
}

/** Takes the place of what was wanted before. */
export function writeRunControl({ db }: StateFile, runId: string, { bytesPerSecond }: RunControl): void {
  db.prepare('REPLACE INTO run_controls (run_id, bytes_per_second) VALUES (?, ?)').run(
    runId,
    bytesPerSecond ?? null,
  );
}

/** Undefined where nothing was said of the run. */
export function readRunControl(db: StateDatabase, runId: string): RunControl | undefined {
  const row = db
    .prepare<[string], { bytes_per_second: number | null }>(
      'SELECT bytes_per_second FROM run_controls WHERE run_id = ?',
    )
    .get(runId);
  return row && { bytesPerSecond: row.bytes_per_second ?? undefined };
}
