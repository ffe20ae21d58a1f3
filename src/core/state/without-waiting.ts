import { systemCodeOf } from '../errors.ts';
import type { StateDatabase } from './open.ts';

/** Writes to the state file, or returns false where another process is writing to it just now. */
export function withoutWaiting(db: StateDatabase, write: () => void): boolean {
  const timeoutMs = db.pragma('busy_timeout', { simple: true }) as number;
  db.pragma('busy_timeout = 0');
  try {
    write();
    return true;
  } catch (error) {
    if (systemCodeOf(error)?.startsWith('SQLITE_BUSY')) return false;
    throw error;
  } finally {
    db.pragma(`busy_timeout = ${timeoutMs}`);
  }
}
