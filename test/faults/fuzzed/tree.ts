import { hash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';

/** Every file below a folder with its mode and its content's hash, but those that `isOwn` says may change. */
export function treeOf(folder: string, isOwn: (file: string) => boolean): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true }).map((name) => path.join(folder, String(name)));
  const told = entries
    .filter((file) => !isOwn(file))
    .map((file) => {
      const status = lstatSync(file);
      const content = status.isFile() ? hash('sha256', readFileSync(file)) : 'no file';
      return [path.relative(folder, file), `${status.mode.toString(8)} ${content}`];
    });
  return Object.fromEntries(told.sort());
}

/** All rows of some tables of a file, or undefined for one that is not there. */
export function tablesOf(file: string, tables: readonly string[]): unknown[] {
  const db = new Database(file, { readonly: true });
  try {
    return tables.map((table) => {
      const isThere = db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table);
      return isThere && db.prepare(`SELECT * FROM ${table}`).raw().all();
    });
  } finally {
    db.close();
  }
}
