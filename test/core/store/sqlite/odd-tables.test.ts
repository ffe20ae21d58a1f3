import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { dropCapture } from '../../../../src/core/store/sqlite/capture.ts';
import { bulkPath, stagingPath } from '../../../../src/core/store/sqlite/staging.ts';
import { capture, copyTable, openDonor, publishCopy } from '../../../support/engine-copy.ts';
import { database, quoted, rowsOf, schemaOf, temporaryFolder } from '../../../support/tables.ts';

interface OddTable {
  name?: string;
  sql: string;
  /** Whether its pages are put together past SQLite. */
  packed: boolean;
}

const ids = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)';
const fill = `${ids} INSERT INTO t SELECT i, 'text ' || i, iif(i % 3, i, 'x') FROM n`;

const tables: Record<string, OddTable> = {
  'STRICT, with a column of ANY type': {
    sql: `CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT NOT NULL, w ANY, r REAL DEFAULT 7) STRICT; ${ids} INSERT INTO t SELECT i, 'text ' || i, iif(i % 3, i, x'00'), i FROM n`,
    packed: true,
  },
  'with rows that break its CHECK': {
    sql: `CREATE TABLE t(id INTEGER PRIMARY KEY, v, w CHECK(w > 5) CHECK(id < 100)); PRAGMA ignore_check_constraints = ON; ${fill}`,
    packed: true,
  },
  'with AUTOINCREMENT, whose last row is gone': {
    sql: `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, v, w); ${fill}; DELETE FROM t WHERE id > 150`,
    packed: true,
  },
  'with columns that came later, before its rows and after': {
    sql: `CREATE TABLE t(id INTEGER PRIMARY KEY, v, w); ${fill};
      ALTER TABLE t ADD COLUMN late TEXT NOT NULL DEFAULT 'later'; ALTER TABLE t ADD COLUMN later REAL DEFAULT 3; ALTER TABLE t DROP COLUMN v; UPDATE t SET late = 'x' WHERE id % 2`,
    packed: true,
  },
  'whose rowid is not its first column': {
    sql: `CREATE TABLE t(v, w, id INTEGER PRIMARY KEY, x DEFAULT (1 + 1)); ${ids} INSERT INTO t(id, v, w) SELECT i, 'text ' || i, i FROM n`,
    packed: true,
  },
  'with a virtual column in its midst': {
    sql: `CREATE TABLE t(id INTEGER PRIMARY KEY, v, g TEXT AS (v || id), w, h AS (w IS NULL)); CREATE INDEX by_g ON t(g, h); ${ids} INSERT INTO t(id, v, w) SELECT i, 'text ' || i, i FROM n`,
    packed: true,
  },
  'with a stored column in its midst': {
    sql: `CREATE TABLE t(id INTEGER PRIMARY KEY, v, g TEXT AS (v || id) STORED, w); ${ids} INSERT INTO t(id, v, w) SELECT i, 'text ' || i, i FROM n`,
    packed: false,
  },
  'whose INTEGER PRIMARY KEY DESC is no rowid': {
    sql: `CREATE TABLE t(id INTEGER PRIMARY KEY DESC, v, w); ${fill}`,
    packed: false,
  },
  'whose rowid is declared as PRIMARY KEY(id DESC)': {
    sql: `CREATE TABLE t(id INTEGER, v, w, PRIMARY KEY(id DESC)); ${fill}`,
    packed: true,
  },
  'whose INT PRIMARY KEY is no rowid': {
    sql: `CREATE TABLE t(id INT PRIMARY KEY, v, w); ${fill}`,
    packed: false,
  },
  'WITHOUT ROWID': {
    sql: `CREATE TABLE t(id INTEGER PRIMARY KEY, v, w) WITHOUT ROWID; ${fill}`,
    packed: false,
  },
  'with a UNIQUE index that excludes little': {
    sql: `CREATE TABLE t(id INTEGER PRIMARY KEY, v, w); CREATE UNIQUE INDEX u ON t(v) WHERE w = 'never'; ${fill}`,
    packed: false,
  },
  'whose names are odd': {
    name: 'main."t\'; --',
    sql: `CREATE TABLE "main.""t'; --"("ro""wid" INTEGER PRIMARY KEY, c0, "a b; --" TEXT, r, k); CREATE INDEX "_foresync_leaves" ON "main.""t'; --"("a b; --"); ${ids} INSERT INTO "main.""t'; --" SELECT i, i, i, i, i FROM n`,
    packed: true,
  },
  'whose column is called rowid, and is not': {
    sql: `CREATE TABLE t(rowid TEXT, id INTEGER PRIMARY KEY, oid); ${ids} INSERT INTO t SELECT 'text ' || i, i, 7 FROM n`,
    packed: true,
  },
  'whose pages are of 512 bytes, in UTF-16': {
    sql: `PRAGMA page_size = 512; PRAGMA encoding = 'UTF-16le'; CREATE TABLE t(id INTEGER PRIMARY KEY, v, w); ${fill}; UPDATE t SET v = printf('%.*c', 1000, 'é') WHERE id % 9 = 0`,
    packed: true,
  },
  'whose pages are of 64 KiB, in a file that shrinks by itself': {
    sql: `PRAGMA page_size = 65536; PRAGMA auto_vacuum = FULL; CREATE TABLE t(id INTEGER PRIMARY KEY, v, w); ${fill}; UPDATE t SET v = zeroblob(200000) WHERE id = 100`,
    packed: true,
  },
  'whose rowids are at both ends': {
    sql: `CREATE TABLE t(id INTEGER PRIMARY KEY, v, w); ${fill}; INSERT INTO t VALUES(9223372036854775807, 'last', 1), (-9223372036854775808, 'first', 1), (-1, 'before', NULL)`,
    packed: true,
  },
};

for (const [what, { name = 't', sql, packed }] of Object.entries(tables)) {
  test(`a table ${what} is copied as it is${packed ? ', page by page' : ''}`, (t) => {
    copied(t, name, sql, packed);
  });
}

function copied(t: TestContext, name: string, sql: string, packed: boolean): void {
  const folder = temporaryFolder(t);
  const [file, joinerFile] = [path.join(folder, 'donor.db'), path.join(folder, 'joiner.db')];
  const writer = database(t, file, sql);
  const schema = schemaOf(file);
  const donor = openDonor(file, name);
  t.after(() => donor.db.close());
  capture(donor);
  const tally = { unequal: 0 };
  const options = { hot: [3, 77, 150], targetBytes: 1500, limits: { maxKeys: 100, maxBytes: 1e6 }, tally };
  let wasPacked = false;
  for (const _ of copyTable(donor, joinerFile, { ...options, reopens: () => true }))
    wasPacked ||= existsSync(bulkPath(stagingPath(joinerFile)));
  assert.deepEqual([wasPacked, tally.unequal], [packed, 0]);
  publishCopy(joinerFile, donor.shape);
  const rowid = donor.shape.rowid === undefined ? [] : [quoted(donor.shape.rowid)];
  assert.deepEqual(rowsOf(joinerFile, name, rowid), rowsOf(file, name, rowid));
  assert.deepEqual(schemaOf(joinerFile), schema);
  dropCapture(donor.db, donor.shape);
  const copy = new Database(joinerFile);
  t.after(() => copy.close());
  copy.pragma('ignore_check_constraints = ON');
  assert.equal(copy.pragma('integrity_check', { simple: true }), 'ok');
  if (!donor.shape.autoincrement) return;
  // Both go on from the same number.
  const insert = `INSERT INTO ${quoted(name)} DEFAULT VALUES RETURNING rowid`;
  const next = [writer, copy].map((db) => db.prepare(insert).pluck().get());
  assert.equal(next[0], next[1]);
}
