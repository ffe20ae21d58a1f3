import type { StateFile } from './open.ts';
import { type ReadRun, type RunRow, runColumns, runOfRow } from './run-row.ts';
import { withoutWaiting } from './without-waiting.ts';

/** A run with what it says of itself; `process`, `request` and `failure` are undefined where it never said it. */
export interface JournaledRun extends ReadRun {
  process: unknown;
  request: unknown;
  /** The kind of the error that it ended with. */
  failure: string | undefined;
}

interface JournalRow extends RunRow {
  process: string | null;
  request: string | null;
  failure: string | null;
}

/** Keeps which process a run is and what it was asked for. May be repeated; the first stays. */
export function beginProgress(
  state: StateFile,
  id: string,
  { process, request }: { process: unknown; request: unknown },
): void {
  state.db
    .prepare('INSERT INTO run_progress (run_id, process, request) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
    .run(id, JSON.stringify(process), JSON.stringify(request));
}

/**
 * Keeps how far a run is, which must have begun. Waits for nobody: returns false, with nothing kept, where another process
 * is writing to the file just now.
 */
export function recordProgress({ db }: StateFile, id: string, snapshot: unknown): boolean {
  return withoutWaiting(db, () =>
    db.prepare('UPDATE run_progress SET snapshot = ? WHERE run_id = ?').run(JSON.stringify(snapshot), id),
  );
}

/** Keeps the kind of the error that a run ended with. */
export function recordFailure({ db }: StateFile, id: string, kind: string): void {
  db.prepare('UPDATE run_progress SET failure = ? WHERE run_id = ?').run(kind, id);
}

/** What a run was asked for; undefined where it never said it. */
export function readRunRequest({ db }: StateFile, id: string): unknown {
  const request = db
    .prepare<[string], string>('SELECT request FROM run_progress WHERE run_id = ?')
    .pluck()
    .get(id);
  return parsed(request ?? null);
}

/** The last runs, newest first. Columns behind the plan are not read: that would cost a walk through it. */
export function listJournal({ db }: StateFile, { limit }: { limit: number }): JournaledRun[] {
  return db
    .prepare<[number], JournalRow>(
      `SELECT ${runColumns}, process, request, failure
       FROM runs LEFT JOIN run_progress ON run_id = id
       ORDER BY started_ms DESC, runs.rowid DESC LIMIT ?`,
    )
    .all(limit)
    .map((row) => ({
      ...runOfRow(row),
      process: parsed(row.process),
      request: parsed(row.request),
      failure: row.failure ?? undefined,
    }));
}

function parsed(json: string | null): unknown {
  return json === null ? undefined : JSON.parse(json);
}
