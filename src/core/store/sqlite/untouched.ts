import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { systemCodeOf } from '../../errors.ts';
import { type Connection, connect } from './connection.ts';

/**
 * Opens a database to be looked at: when the connection is closed, the file and its folder are as they were. To be called
 * where this process has the file not open yet.
 *
 * In WAL mode a reader makes the `-wal` and `-shm` files where they are not, and only one that may write takes them away
 * again. Where they are, one that may write would be the last to close them at times, and move what they hold into the file.
 */
export function connectToLook(file: string): Connection {
  const makesWal = existsSync(file) && isInWalMode(file) && !existsSync(`${file}-wal`);
  return connect(file, { existing: true, readonly: !makesWal });
}

/** Whether a file was refused because a writer died in it: the next one that may write puts it right. */
export function isLeftHalfWritten(error: unknown): boolean {
  const code = systemCodeOf(error instanceof Error && error.cause ? error.cause : error) ?? '';
  return code === 'SQLITE_READONLY_ROLLBACK' || code === 'SQLITE_READONLY_RECOVERY';
}

/**
 * Takes the write lock and gives it back, with nothing written. Throws where another program keeps it, or the file cannot
 * be written. Another connection to the file stays open meanwhile, so that this one is not the last to close it.
 */
export function tryWriteLock(file: string): void {
  const db = connect(file, { existing: true });
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
  } finally {
    db.close();
  }
}

const readVersionAt = 19;

/** By the header (sqlite.org/fileformat.html, section 1.3): 2 is WAL. */
function isInWalMode(file: string): boolean {
  const header = Buffer.alloc(1);
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    // SQLite will not be able to read it either, and says so.
    return false;
  }
  try {
    readSync(descriptor, header, 0, 1, readVersionAt);
  } catch (error) {
    if (systemCodeOf(error) === 'EISDIR') return false;
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return header[0] === 2;
}
