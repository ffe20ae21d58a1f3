import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { assertSameDump } from '../../support/dump.ts';
import { quoted, rowsOf, schemaOf } from '../../support/tables.ts';
import type { Case } from './case.ts';
import type { Stage } from './stage.ts';
import type { WriterProcess } from './writer-process.ts';
import { applyWrite, markIn, markSql } from './writes.ts';

/** SQLite's own shell takes long over more. */
const mostDumpedRows = 6000;

/**
 * Compares the joiner, and the lead itself, with what the writer's writes alone make of the table as it was before: none of foresync's
 * code, nor its capture, has a part in that. Returns how many writes the joiner holds, and its rows.
 */
export function assertEqual(
  chosen: Case,
  stage: Stage,
  writer: WriterProcess,
): { writes: number; rows: number } {
  const { table } = chosen;
  const replay = path.join(stage.folder, 'replayed.db');
  copyFileSync(stage.before, replay);
  const db = new Database(replay);
  try {
    db.pragma('journal_mode = MEMORY');
    db.pragma('synchronous = OFF');
    db.pragma('foreign_keys = ON');
    const writes = numberIn(stage.joiner, chosen, stage);
    replayUntil(db, 0, writes);
    const rows = assertSameTable(chosen, stage.joiner, replay, 'the joiner');
    if (!chosen.isChild && !chosen.joinerExists) {
      assert.deepEqual(inOrder(schemaOf(stage.joiner)), inOrder(schemaOf(replay)), "the joiner's schema");
      if (rows <= mostDumpedRows && chosen.largeRowBytes === 0)
        assertSameDump(stage.joiner, replay, 'the joiner');
    }
    if (chosen.joinerExists) assert.deepEqual(rowsOf(stage.joiner, 'not of the group').length, 1);
    // Dropped when the joiner had it: there is nothing to compare the lead with.
    if (!schemaOf(stage.lead).some((line) => line.startsWith(`table ${table.name} `)))
      return { writes, rows };
    replayUntil(db, writes, numberIn(stage.lead, chosen, stage));
    assertSameTable(chosen, stage.lead, replay, 'the lead');
    assert.deepEqual(schemaOf(stage.lead), schemaOf(replay), "the lead's schema");
    return { writes, rows };
  } finally {
    db.close();
  }

  function replayUntil(to: Database.Database, after: number, last: number): void {
    for (let n = after + 1; n <= last; n++)
      applyWrite(to, writer.writeAt(n), markSql(table, stage.keyValues, n));
  }
}

/** Where a table was dropped and made again, SQLite's own table of counters is older than it; at a joiner it never is. */
function inOrder(schema: readonly string[]): string[] {
  const isCounters = (line: string) => line.startsWith('table sqlite_sequence ');
  return [...schema.filter((line) => !isCounters(line)), ...schema.filter(isCounters)];
}

function numberIn(file: string, chosen: Case, stage: Stage): number {
  const db = new Database(file, { readonly: true });
  try {
    const number = markIn(db, chosen.table, stage.keyValues);
    assert.notEqual(number, undefined, `the writer's mark is in ${file}`);
    return Number(number);
  } finally {
    db.close();
  }
}

/** Returns the number of rows. */
function assertSameTable({ table }: Case, actual: string, expected: string, what: string): number {
  const rowid = table.create.some((sql) => /\) WITHOUT ROWID$/.test(sql)) ? [] : ['rowid'];
  const [left, right] = [rowsOf(actual, table.name, rowid), rowsOf(expected, table.name, rowid)];
  const at = left.findIndex((row, i) => row !== right[i]);
  if (at >= 0 || left.length !== right.length) {
    const [own, others] = [new Set(left), new Set(right)];
    const some = (rows: string[]) =>
      `${rows.length} rows ${JSON.stringify(rows.slice(0, 3).map((row) => row.slice(0, 200)))}`;
    const surplus = some(left.filter((row) => !others.has(row)));
    assert.fail(`${what} differs: surplus ${surplus}, missing ${some(right.filter((row) => !own.has(row)))}`);
  }
  return left.length;
}

/** Nothing of foresync's is left at the donors, at the joiner and in shared memory. */
export function assertNoTraces(chosen: Case, stage: Stage): void {
  const files = ['donor', 'other', 'joiner'].flatMap((place) => readdirSync(path.join(stage.folder, place)));
  assert.deepEqual(
    files.filter((name) => name.includes('foresync')),
    [],
    'files left',
  );
  for (const file of [stage.lead, stage.west, stage.joiner].filter(existsSync))
    assert.deepEqual(
      schemaOf(file).filter((line) => line.includes('foresync')),
      [],
      `left in ${path.basename(file)}`,
    );
  const caches = [stage.lead, stage.west].flatMap((store) => {
    const name = `prefetch-${hash('sha256', `${store}\0${chosen.table.name.toLowerCase()}`, 'hex').slice(0, 16)}.db`;
    return [
      path.join('/dev/shm', `foresync-${os.userInfo().uid}-${name}`),
      path.join(stage.cache, 'foresync', name),
    ];
  });
  assert.deepEqual(caches.filter(existsSync), [], 'Prefetch Caches left');
}

/** The rows that a refused run must not have left. */
export function assertNoTable(chosen: Case, stage: Stage): void {
  if (!existsSync(stage.joiner)) return;
  const db = new Database(stage.joiner, { readonly: true });
  const found = db.prepare('SELECT name FROM sqlite_schema WHERE name = ?').get(chosen.table.name);
  db.close();
  assert.equal(found, undefined, `no ${quoted(chosen.table.name)} at the joiner`);
}
