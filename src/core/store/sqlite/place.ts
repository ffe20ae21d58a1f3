import { existsSync } from 'node:fs';
import path from 'node:path';
import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { type Checkpoint, publishedCheckpoint, readCheckpoint } from './checkpoint.ts';
import { type Connection, connect, storeError } from './connection.ts';
import { stagingPath } from './staging.ts';
import type { TableShape } from './table-shape.ts';

/** What stands where a joiner is to appear. */
export interface JoinerPlace {
  fileExists: boolean;
  hasTable: boolean;
  stagingExists: boolean;
  /** Of a table that is there and still takes rows from a run. */
  published?: Checkpoint | undefined;
}

/** Looks at a joiner's place. Touches nothing. */
export function inspectPlace(file: string, table: string): JoinerPlace {
  if (!existsSync(path.dirname(file))) throw folderMissing(file);
  const stagingExists = existsSync(stagingPath(file));
  if (!existsSync(file)) return { fileExists: false, hasTable: false, stagingExists };
  return reading(file, (db) => {
    const hasTable = holds(db, table);
    const published = hasTable ? readCheckpoint(db, publishedCheckpoint(table)) : undefined;
    return { fileExists: true, hasTable, stagingExists, published };
  });
}

export function folderMissing(file: string): ForesyncError {
  return new ForesyncError(
    'io',
    'joiner-folder-missing',
    `There is no folder ${printable(path.dirname(file))} on the joiner.`,
    { hint: 'Make it, or name another place with --store.' },
  );
}

/** Refuses, before a row is sent, what would keep the table from appearing in a file that is there already. */
export function refuseClashes(file: string, shape: TableShape): void {
  if (existsSync(file)) reading(file, (db) => refuseClashesIn(db, file, shape));
  else refuseRemains(file);
}

/** SQLite would take a WAL or a journal that an earlier file of that name left for the new one's. */
export function refuseRemains(file: string): void {
  const left = ['-wal', '-journal'].map((suffix) => `${file}${suffix}`).find((name) => existsSync(name));
  if (left === undefined) return;
  throw new ForesyncError(
    'exists',
    'joiner-remains',
    `There is ${printable(left)}, of a file that is gone.`,
    {
      hint: 'Remove it, or name another place with --store.',
    },
  );
}

/** The same, through a connection to the file that is there. */
export function refuseClashesIn(db: Connection, file: string, shape: TableShape): void {
  const encoding = db.pragma('encoding', { simple: true });
  if (encoding !== shape.encoding) {
    throw clash(file, `keeps text in ${encoding}, the lead donor in ${shape.encoding}`);
  }
  const present = named(db, shape.name);
  if (present && present.type !== 'table')
    throw clash(file, `has a ${present.type} ${printable(shape.name)}`);
  for (const { name } of shape.indexes) {
    const owner = named(db, name);
    if (!owner || owner.tbl_name.toLowerCase() === shape.name.toLowerCase()) continue;
    throw clash(file, `already has something called ${printable(name)}, as an index of the table is`);
  }
}

/** Whether something of that name is in the database. */
export function holds(db: Connection, name: string): boolean {
  return named(db, name) !== undefined;
}

function named(db: Connection, name: string): { type: string; tbl_name: string } | undefined {
  return db.prepare('SELECT type, tbl_name FROM sqlite_schema WHERE name = ? COLLATE NOCASE').get(name) as
    | { type: string; tbl_name: string }
    | undefined;
}

function reading<T>(file: string, work: (db: Connection) => T): T {
  const db = connect(file, { existing: true });
  try {
    return work(db);
  } catch (error) {
    throw storeError(error, file);
  } finally {
    db.close();
  }
}

function clash(file: string, reason: string): ForesyncError {
  return new ForesyncError('exists', 'joiner-clash', `${printable(file)} ${reason}.`, {
    hint: 'Name another --store, or a new file.',
  });
}
