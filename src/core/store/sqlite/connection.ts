import { closeSync, existsSync, openSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { ForesyncError, messageOf, systemCodeOf } from '../../errors.ts';
import { printable } from '../../text.ts';

export type Connection = Database.Database;

/** How long a writer of ours waits for another one, in milliseconds. */
const busyTimeoutMs = 5000;

let addonPath: string | undefined;

/** Where better-sqlite3's native part lies when it is not beside its package, as in an agent brought to a host. */
export function loadAddonFrom(file: string): void {
  addonPath = file;
}

/**
 * Opens a database file by its absolute path. `existing` refuses a missing file; otherwise the file is a new one, which nobody
 * but its owner may read, and one that is there is refused.
 * Foreign keys are off: foresync moves rows of one table and never judges them.
 */
export function connect(file: string, options: { existing: boolean; readonly?: boolean }): Connection {
  if (options.existing && !existsSync(file)) {
    throw new ForesyncError('io', 'store-missing', `There is no database file ${printable(file)}.`, {
      hint: 'Check the store in foresync.yaml and the host it is on.',
    });
  }
  try {
    if (!options.existing) closeSync(openSync(file, 'wx', 0o600));
    const db = opened(path.resolve(file), { readonly: options.readonly ?? false });
    db.pragma('schema_version');
    return db;
  } catch (error) {
    throw storeError(error, file);
  }
}

/** A database in memory, of its own. */
export function connectMemory(): Connection {
  return opened(':memory:', { readonly: false });
}

/** better-sqlite3 opens every file in SQLite's defensive mode, and lets nobody load an extension by SQL. */
function opened(file: string, { readonly }: { readonly: boolean }): Connection {
  const db = new Database(file, {
    fileMustExist: file !== ':memory:',
    readonly,
    timeout: busyTimeoutMs,
    ...(addonPath === undefined ? {} : { nativeBinding: addonPath }),
  });
  db.pragma('foreign_keys = OFF');
  db.pragma('trusted_schema = OFF');
  return db;
}

/** Turns an error of SQLite or the file system into ours, with the exit code that fits. */
export function storeError(error: unknown, file: string): ForesyncError {
  if (error instanceof ForesyncError) return error;
  const code = systemCodeOf(error) ?? '';
  const where = printable(file);
  const details = { cause: error };
  if (/^(ENOSPC|EDQUOT|EFBIG|SQLITE_FULL|SQLITE_IOERR_WRITE)$/.test(code)) {
    return new ForesyncError('io', 'disk-full', `The disk of ${where} is full.`, {
      ...details,
      hint: 'Make room, then run the same command again.',
    });
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new ForesyncError(
      'data',
      'store-corrupt',
      `${where} is not a sound SQLite file: ${messageOf(error)}`,
      { ...details, hint: 'Check the path of the store; a damaged file must be restored first.' },
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code === 'SQLITE_LOCKED') {
    return new ForesyncError('stopped', 'store-busy', `${where} stayed locked by another writer.`, {
      ...details,
      hint: 'Run the same command again when the long transaction is over.',
    });
  }
  if (/^(EACCES|EPERM|EROFS|SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM)/.test(code)) {
    return new ForesyncError('permission', 'store-denied', `${where} cannot be opened: ${messageOf(error)}`, {
      ...details,
      hint: 'The login needs to read and write the file and its folder.',
    });
  }
  return new ForesyncError('io', 'store-failed', `${where}: ${messageOf(error)}`, details);
}
