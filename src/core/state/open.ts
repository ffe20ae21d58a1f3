import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { ForesyncError, messageOf, systemCodeOf } from '../errors.ts';
import { migrations } from './migrations.ts';

/** 'fsyn': tells foresync's state file from other SQLite files. */
/** In the header of every state file (sqlite.org/pragma.html, application_id). */
export const applicationId = 0x6673796e;

export type StateDatabase = Database.Database;

export interface StateFile {
  readonly path: string;
  readonly db: StateDatabase;
  close(): void;
}

/**
 * Opens foresync's own SQLite file, creates it where it is missing and brings its schema up to date. Refuses a file
 * that another program made and a file whose schema is newer than this program's.
 */
export function openState(file: string): StateFile {
  const absolute = path.resolve(file);
  let db: StateDatabase | undefined;
  try {
    db = new Database(absolute, { timeout: 10_000 });
    checkOwner(db, absolute);
    useWal(db);
    db.pragma('synchronous = NORMAL');
    migrate(db, absolute);
    const opened = db;
    return { path: absolute, db, close: () => opened.close() };
  } catch (error) {
    db?.close();
    throw unusable(error, absolute);
  }
}

/**
 * Tells whether a state file is there and of this program's schema, or of an older one that its next opening brings up to date.
 * Makes no file and changes no schema. Throws what `openState` would.
 */
export function lookAtState(file: string): 'missing' | 'older' | 'current' {
  const absolute = path.resolve(file);
  let db: StateDatabase | undefined;
  try {
    if (!existsSync(absolute)) {
      accessSync(path.dirname(absolute), constants.W_OK | constants.X_OK);
      return 'missing';
    }
    db = new Database(absolute, { fileMustExist: true, timeout: 10_000 });
    checkOwner(db, absolute);
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return isOlder(db, absolute) ? 'older' : 'current';
  } catch (error) {
    throw unusable(error, absolute);
  } finally {
    db?.close();
  }
}

function unusable(error: unknown, file: string): ForesyncError {
  if (error instanceof ForesyncError) return error;
  return new ForesyncError(
    'io',
    'state-unusable',
    `The state file ${file} cannot be used: ${messageOf(error)}`,
    {
      hint:
        systemCodeOf(error) === 'SQLITE_NOTADB'
          ? 'It is not an SQLite file; name another with --state.'
          : 'Check the folder and its permissions, or name another file with --state.',
      cause: error,
    },
  );
}

/** Another connection to a state file that this process has open, to read what is committed there. The caller closes it. */
export function openStateToRead(file: string): StateDatabase {
  return new Database(file, { readonly: true, timeout: 10_000 });
}

/** SQLite does not wait for the lock that this needs: who comes second leaves it to the process that is just doing it. */
function useWal(db: StateDatabase): void {
  try {
    db.pragma('journal_mode = WAL');
  } catch (error) {
    if (!systemCodeOf(error)?.startsWith('SQLITE_BUSY')) throw error;
  }
}

function checkOwner(db: StateDatabase, file: string): void {
  // One transaction: another process may be making the file just now.
  const [id, tables] = db.transaction(() => [
    db.pragma('application_id', { simple: true }),
    db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get(),
  ])();
  if (id !== applicationId && (id !== 0 || tables !== 0)) {
    throw new ForesyncError('data', 'state-foreign', `${file} is an SQLite file of another program.`, {
      hint: 'Name another file with --state.',
    });
  }
}

function migrate(db: StateDatabase, file: string): void {
  if (!isOlder(db, file)) return;
  db.transaction(() => {
    for (let step = versionOf(db); step < migrations.length; step++) db.exec(migrations[step] ?? '');
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}

/** Refuses a schema that is newer than this program's. */
function isOlder(db: StateDatabase, file: string): boolean {
  if (versionOf(db) > migrations.length) {
    throw new ForesyncError('data', 'state-newer', `${file} was written by a newer foresync.`, {
      hint: 'Update foresync, or name another file with --state.',
    });
  }
  return versionOf(db) < migrations.length;
}

function versionOf(db: StateDatabase): number {
  return db.pragma('user_version', { simple: true }) as number;
}
