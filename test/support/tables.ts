import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';

export interface TestContext {
  after(done: () => void): void;
}

/** A folder of the test's own, removed after it. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A database made by `sql`, as an application would make it; closed after the test. */
export function database(t: TestContext, file: string, sql = ''): Database.Database {
  const db = new Database(file);
  t.after(() => db.close());
  db.pragma('synchronous = OFF');
  db.exec(sql);
  return db;
}

/**
 * All rows of a table, generated columns and rowid included where `columns` names them, as sorted lines of text that tell
 * apart whatever SQLite tells apart: storage class, every bit of a real, bytes of a text. Nothing of foresync's is used.
 */
export function rowsOf(file: string, table: string, more: readonly string[] = []): string[] {
  const db = new Database(file, { readonly: true });
  try {
    const info = db.pragma(`table_xinfo(${quoted(table)})`) as { name: string }[];
    const terms = [...info.map(({ name }) => quoted(name)), ...more].map(
      (term) =>
        `typeof(${term}), CASE typeof(${term}) WHEN 'text' THEN CAST(${term} AS BLOB) ELSE ${term} END`,
    );
    const rows = db
      .prepare(`SELECT ${terms.join(', ')} FROM ${quoted(table)}`)
      .raw()
      .safeIntegers()
      .all() as unknown[][];
    return rows.map((row) => row.map(exactText).join(' ')).sort();
  } finally {
    db.close();
  }
}

/** The schema of a file to the byte, in its order. */
export function schemaOf(file: string): string[] {
  const db = new Database(file, { readonly: true });
  try {
    return db
      .prepare("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY rowid")
      .pluck()
      .all() as string[];
  } finally {
    db.close();
  }
}

/** An identifier, quoted by this file's own rule. */
export function quoted(name: string): string {
  return `"${name.split('"').join('""')}"`;
}

function exactText(value: unknown): string {
  if (typeof value === 'number') {
    const bits = Buffer.alloc(8);
    bits.writeDoubleBE(value);
    return bits.toString('hex');
  }
  return Buffer.isBuffer(value) ? value.toString('hex') : String(value);
}
