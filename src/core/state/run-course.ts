import type { StateFile } from './open.ts';
import { withoutWaiting } from './without-waiting.ts';

/**
 * Keeps how a run went so far, in place of what was kept of it. Waits for nobody: returns false, with nothing kept, where another
 * process is writing to the file just now.
 */
export function recordCourse({ db }: StateFile, runId: string, course: unknown): boolean {
  return withoutWaiting(db, () =>
    db.prepare('REPLACE INTO run_course (run_id, course) VALUES (?, ?)').run(runId, JSON.stringify(course)),
  );
}

/** What was kept of a run's course, from JSON; undefined where nothing was. */
export function readCourse({ db }: StateFile, runId: string): unknown {
  const course = db
    .prepare<[string], string>('SELECT course FROM run_course WHERE run_id = ?')
    .pluck()
    .get(runId);
  return course === undefined ? undefined : JSON.parse(course);
}
