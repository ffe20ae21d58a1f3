import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type Database from 'better-sqlite3';
import { dropCapture, readCapture, startCapture } from '../../../../src/core/store/sqlite/capture.ts';
import { deltaLogNames } from '../../../../src/core/store/sqlite/delta-log.ts';
import { capture, captureId, openDonor } from '../../../support/engine-copy.ts';
import { database, schemaOf, type TestContext, temporaryFolder } from '../../../support/tables.ts';

const walHeaderBytes = 32;
const frameHeaderBytes = 24;

function donorOf(t: TestContext, key: string) {
  const file = path.join(temporaryFolder(t), 'donor.db');
  const writer = database(t, file, `PRAGMA journal_mode = WAL; CREATE TABLE t(${key}, v)`);
  writer.exec(
    'WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 99) INSERT INTO t(k, v) SELECT i, 0 FROM n',
  );
  const donor = openDonor(file, 't');
  t.after(() => donor.db.close());
  return { file, writer, donor };
}

/** Pages that a write adds to the WAL, whose file grows by a frame a page as long as nobody writes it back. */
function pagesOf(file: string, writer: Database.Database, sql: string): number {
  const bytes = statSync(`${file}-wal`).size;
  writer.exec(sql);
  const pageBytes = writer.pragma('page_size', { simple: true }) as number;
  assert.ok(bytes > walHeaderBytes);
  return (statSync(`${file}-wal`).size - bytes) / (pageBytes + frameHeaderBytes);
}

test('a captured write adds two pages to the WAL beside its own', (t) => {
  for (const key of ['k INTEGER PRIMARY KEY', 'k TEXT PRIMARY KEY', 'k TEXT PRIMARY KEY NOT NULL, u INT']) {
    const { file, writer, donor } = donorOf(t, key);
    writer.pragma('wal_autocheckpoint = 0');
    const update = (k: number) => pagesOf(file, writer, `UPDATE t SET v = v + 1 WHERE k = ${k}`);
    assert.equal(update(10), 1, key);
    capture(donor);
    assert.deepEqual([update(11), update(12), update(11)], [3, 3, 3], key);
    // The row's page, that of its key's index (none for an integer), and again two.
    const own = key.includes('INTEGER') ? 1 : 2;
    assert.equal(pagesOf(file, writer, 'DELETE FROM t WHERE k = 13'), own + 2, key);
    assert.equal(pagesOf(file, writer, "INSERT INTO t(k, v) VALUES(13, 'x')"), own + 2, key);
  }
});

test('a write adds its own page alone once the log has switched itself off', (t) => {
  const { file, writer, donor } = donorOf(t, 'k INTEGER PRIMARY KEY');
  writer.pragma('wal_autocheckpoint = 0');
  capture(donor, { leaseUntilMs: 1000 });
  writer.exec('UPDATE t SET v = 1 WHERE k = 10');
  assert.equal(readCapture(donor.db, donor.shape)?.broken, 'lease');
  assert.equal(pagesOf(file, writer, 'UPDATE t SET v = 1 WHERE k = 11'), 1);
});

/** As a foresync made it that counted in a row of its own. */
function captureOfOld(writer: Database.Database): void {
  const { capture: table, delta, triggers } = deltaLogNames('t');
  writer.exec(`CREATE TABLE ${table}(id TEXT, seq INTEGER, keys INTEGER, armed INTEGER, broken TEXT, lease_until_s INTEGER, budget_keys INTEGER, definition TEXT);
    INSERT INTO ${table} VALUES('old', 0, 0, 1, NULL, 9e9, 1000, 'CREATE TABLE t(k INTEGER PRIMARY KEY, v)');
    CREATE TABLE ${delta}(seq INTEGER, k0 COLLATE BINARY);
    CREATE INDEX ${delta}_seq ON ${delta}(seq);
    CREATE INDEX ${delta}_key ON ${delta}(k0);
    CREATE TRIGGER ${triggers.updated} AFTER UPDATE ON t WHEN (SELECT armed FROM ${table}) BEGIN
      UPDATE ${table} SET seq = seq + 1, keys = keys + 1; INSERT INTO ${delta} SELECT seq, NEW.k FROM ${table}; END`);
}

test('a capture that an older foresync began is told of, taken away, or replaced, and never gone on with', (t) => {
  const { file, writer, donor } = donorOf(t, 'k INTEGER PRIMARY KEY');
  const { db, shape, reader } = donor;
  const before = schemaOf(file);
  captureOfOld(writer);
  writer.exec('UPDATE t SET v = 1 WHERE k = 11');
  const { id, broken } = readCapture(db, shape) ?? {};
  assert.deepEqual([id, broken], ['old', 'other-form']);
  reader.follow('old');
  assert.throws(() => reader.delta(0, { maxKeys: 9, maxBytes: 999 }), {
    code: 'log-broken',
    message: 'The Delta Log of t is not of the form that this foresync gives it.',
  });
  const start = (instead?: string) =>
    startCapture(db, shape, { id: captureId, instead, nowMs: 0, leaseUntilMs: 9e15, budgetKeys: 9 });
  assert.throws(() => start('old'), { code: 'log-broken' });
  assert.equal(start().watermark, 0);
  writer.exec('UPDATE t SET v = 1 WHERE k = 11');
  const { watermark, keys } = readCapture(db, shape) ?? {};
  assert.deepEqual([watermark, keys], [1, 1]);
  dropCapture(db, shape);
  captureOfOld(writer);
  dropCapture(db, shape);
  assert.deepEqual(schemaOf(file), before);
});

test('a capture whose triggers somebody has taken away is broken', (t) => {
  for (const name of Object.values(deltaLogNames('t').triggers)) {
    const { writer, donor } = donorOf(t, 'k INTEGER PRIMARY KEY, u UNIQUE');
    capture(donor);
    assert.equal(readCapture(donor.db, donor.shape)?.broken, undefined);
    writer.exec(`DROP TRIGGER ${name}`);
    assert.equal(readCapture(donor.db, donor.shape)?.broken, 'other-form', name);
  }
});
