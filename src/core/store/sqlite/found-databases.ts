import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';
import { connectToLook } from './untouched.ts';

/** A table that has a primary key, and so can be replicated. */
export interface KeyedTable {
  name: string;
  /** Its columns, in their order in the key. */
  key: string[];
}

/** A folder with more files than this is no place to look for one. */
const mostFiles = 1000;
/** sqlite.org/fileformat.html, section 1.3. */
const header = { magic: 'SQLite format 3\0', applicationIdAt: 68, bytes: 100 };

/**
 * The names of a folder's SQLite files, by how they begin, in the order of their names; without those of the program `notOf` and those that
 * cannot be read.
 */
export function databasesIn(folder: string, { notOf }: { notOf: number }): string[] {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .filter((name) => !name.includes('.foresync-'))
    .toSorted();
  return files.slice(0, mostFiles).filter((name) => isDatabase(path.join(folder, name), notOf));
}

function isDatabase(file: string, notOf: number): boolean {
  const { magic, applicationIdAt, bytes } = header;
  try {
    const descriptor = openSync(file, 'r');
    try {
      const head = Buffer.alloc(bytes);
      readSync(descriptor, head, 0, bytes, 0);
      return (
        head.toString('latin1', 0, magic.length) === magic && head.readUInt32BE(applicationIdAt) !== notOf
      );
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Somebody else's file, a link to nothing: no proposal.
    return false;
  }
}

/**
 * The tables of a database that have a primary key, but for foresync's and SQLite's own, by name; the file is left as it was. Throws as
 * opening a store does.
 */
export function keyedTablesOf(file: string): KeyedTable[] {
  const db = connectToLook(file);
  try {
    const rows = db
      .prepare(
        `SELECT m.name AS "table", c.name AS "column" FROM sqlite_schema m, pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND ltrim(m.name, '_') NOT LIKE 'foresync\\_%' ESCAPE '\\'
         AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND c.pk > 0 ORDER BY m.name, c.pk`,
      )
      .all() as { table: string; column: string }[];
    return [...Map.groupBy(rows, ({ table }) => table)].map(([name, columns]) => ({
      name,
      key: columns.map(({ column }) => column),
    }));
  } finally {
    db.close();
  }
}
