import type Database from 'better-sqlite3';
import type { RandomTable } from '../../support/random-tables.ts';
import { quoted } from '../../support/tables.ts';

/** The value that names the writer's own row in a column of the key. */
export function markKey(declaredType: string): string {
  return /INT|REAL/i.test(declaredType) ? '77777777' : "'the writer''s mark'";
}

/** SQL that notes in the writer's own row of the table that write `n` was the last. */
export function markSql(
  table: Pick<RandomTable, 'name' | 'key'>,
  keyValues: readonly string[],
  n: number,
): string {
  return `INSERT OR REPLACE INTO ${quoted(table.name)}(${table.key.join(', ')}, v) VALUES(${keyValues.join(', ')}, ${n})`;
}

/** The number of the last write that a copy of the table holds. */
export function markIn(
  db: Database.Database,
  table: Pick<RandomTable, 'name' | 'key'>,
  keyValues: readonly string[],
): number | undefined {
  const same = table.key.map((name, i) => `${name} = ${keyValues[i]}`).join(' AND ');
  return db
    .prepare(`SELECT v FROM ${quoted(table.name)} WHERE ${same}`)
    .pluck()
    .get() as number | undefined;
}

/**
 * One write of the writer's with its mark, in one transaction: the same one wherever it is done on the same rows, so that whoever
 * repeats the writes has what the writer had. A writer's own mistakes are not what is tested, and are part of the write.
 */
export function applyWrite(db: Database.Database, sql: string, mark: string): void {
  const parts = /^BEGIN;(.*);(COMMIT|ROLLBACK)$/s.exec(sql);
  const isOutside = /^(VACUUM|PRAGMA)/.test(sql);
  try {
    if (isOutside) attempt(db, sql);
    db.exec('BEGIN IMMEDIATE');
    if (!isOutside) attempt(db, parts?.[1] ?? sql);
    if (parts?.[2] === 'ROLLBACK' && db.inTransaction) db.exec('ROLLBACK');
    if (!db.inTransaction) db.exec('BEGIN IMMEDIATE');
    db.exec(mark);
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function attempt(db: Database.Database, sql: string): void {
  try {
    db.exec(sql);
  } catch (error) {
    if (!/^SQLITE_(CONSTRAINT|MISMATCH)/.test((error as { code: string }).code)) throw error;
  }
}
