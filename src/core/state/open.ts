import path from 'node:path';
import Database from 'better-sqlite3';
import { ForesyncError, messageOf, systemCodeOf } from '../errors.ts';
import { migrations } from './migrations.ts';

/** 'fsyn': tells foresync's state file from other SQLite files. */
const applicationId = 0x6673796e;

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
    if (error instanceof ForesyncError) throw error;
    throw new ForesyncError(
      'io',
      'state-unusable',
      `The state file ${absolute} cannot be used: ${messageOf(error)}`,
      {
        hint:
          systemCodeOf(error) === 'SQLITE_NOTADB'
            ? 'It is not an SQLite file; name another with --state.'
            : 'Check the folder and its permissions, or name another file with --state.',
        cause: error,
      },
    );
  }
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
  const version = () => db.pragma('user_version', { simple: true }) as number;
  if (version() > migrations.length) {
    throw new ForesyncError('data', 'state-newer', `${file} was written by a newer foresync.`, {
      hint: 'Update foresync, or name another file with --state.',
    });
  }
  if (version() === migrations.length) return;
  db.transaction(() => {
    for (let step = version(); step < migrations.length; step++) db.exec(migrations[step] ?? '');
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}
