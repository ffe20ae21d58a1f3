import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type Database from 'better-sqlite3';
import { ForesyncError } from '../../../../src/core/errors.ts';
import { readTableShape } from '../../../../src/core/store/sqlite/table-shape.ts';
import { database, type TestContext, temporaryFolder } from '../../../support/tables.ts';

const make = (t: TestContext, sql: string): Database.Database =>
  database(t, path.join(temporaryFolder(t), 'a.db'), sql);
const shapeOf = (t: TestContext, sql: string, table = 't') => readTableShape(make(t, sql), table);

test('an INTEGER PRIMARY KEY is the rowid, whatever stands around it', (t) => {
  for (const sql of [
    'CREATE TABLE t(id INTEGER PRIMARY KEY, v)',
    'CREATE TABLE t(v, id INTEGER, PRIMARY KEY(id))',
    'CREATE TABLE t(v, id INTEGER, PRIMARY KEY(id DESC))',
    'CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, v ANY) STRICT',
  ]) {
    const { rowid, rowidIsColumn, key } = shapeOf(t, sql);
    assert.deepEqual([rowid, rowidIsColumn, key.map(({ name }) => name)], ['id', true, ['id']], sql);
  }
});

test('any other key leaves the rowid apart, under a name that is free', (t) => {
  for (const [sql, rowid] of [
    ['CREATE TABLE t(k TEXT PRIMARY KEY)', 'rowid'],
    ['CREATE TABLE t(k INT PRIMARY KEY)', 'rowid'],
    ['CREATE TABLE t(k INTEGER PRIMARY KEY DESC)', 'rowid'],
    ['CREATE TABLE t(RowId TEXT, k INT, l, PRIMARY KEY(l, k))', '_rowid_'],
    ['CREATE TABLE t(rowid TEXT PRIMARY KEY, _ROWID_)', 'oid'],
    ['CREATE TABLE t(k INTEGER PRIMARY KEY) WITHOUT ROWID', undefined],
  ] as const) {
    const shape = shapeOf(t, sql);
    assert.deepEqual([shape.rowid, shape.rowidIsColumn], [rowid, false], sql);
  }
});

test('the key comes in its own order with the collations of its index', (t) => {
  const { key } = shapeOf(
    t,
    'CREATE TABLE t(a TEXT COLLATE NOCASE, b TEXT, c, PRIMARY KEY(c, b COLLATE RTRIM, a))',
  );
  assert.deepEqual(
    key.map(({ name, collation }) => `${name} ${collation}`),
    ['c BINARY', 'b RTRIM', 'a NOCASE'],
  );
});

test('generated columns are no columns to send, and indexes come in the order of the schema', (t) => {
  const shape = shapeOf(
    t,
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b AS (a + 1) STORED, c AS (a || 'x'));
     CREATE INDEX z ON t(a); CREATE UNIQUE INDEX y ON t(b, id); CREATE INDEX x ON t(lower(a)) WHERE a > 1`,
  );
  assert.deepEqual(
    shape.columns.map(({ name }) => name),
    ['id', 'a'],
  );
  assert.deepEqual(
    shape.indexes.map(({ name, unique }) => `${name} ${unique}`),
    ['z false', 'y true', 'x false'],
  );
  assert.deepEqual(
    shape.uniques.map(({ columns }) => columns.map(({ name }) => name)),
    [['b', 'id']],
  );
});

test('the condition of a partial UNIQUE index is found among strings, comments and brackets that hold the word', (t) => {
  const { uniques } = shapeOf(
    t,
    `CREATE TABLE t(id INTEGER PRIMARY KEY, "where" TEXT, s);
     CREATE UNIQUE INDEX i ON t("where" /* WHERE 1 */, s) WHERE s IS NOT 'where' AND (s > 2) -- where it ends`,
  );
  assert.deepEqual(
    uniques.map(({ where }) => where?.trim()),
    ["s IS NOT 'where' AND (s > 2) -- where it ends"],
  );
  const qualified = 'CREATE TABLE t(id INTEGER PRIMARY KEY, s); CREATE UNIQUE INDEX i ON t(s) WHERE t.s > 1';
  assert.equal(shapeOf(t, `${qualified}; `).uniques.length, 1);
});

test('AUTOINCREMENT is seen in the code of a definition alone', (t) => {
  for (const [sql, autoincrement] of [
    ['CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT)', true],
    ['CREATE TABLE t(id INTEGER PRIMARY KEY /* no */ autoincrement)', true],
    ['CREATE TABLE t(id INTEGER PRIMARY KEY, "autoincrement" TEXT)', false],
    ["CREATE TABLE t(id INTEGER PRIMARY KEY, a DEFAULT 'it''s autoincrement')", false],
    ['CREATE TABLE t(id INTEGER PRIMARY KEY -- not AUTOINCREMENT\n)', false],
    ['CREATE TABLE t(id INTEGER PRIMARY KEY, [autoincrement], `autoincrement `)', false],
  ] as const)
    assert.equal(shapeOf(t, sql).autoincrement, autoincrement, sql);
});

test('names with quotes, spaces, newlines and SQL in them are names', (t) => {
  for (const name of [
    'it"em',
    "o'x",
    'a b',
    'new\nline',
    'x"; DROP TABLE y; --',
    'select',
    '🙂',
    '[x]',
    '`y`',
    '%s',
  ]) {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const shape = shapeOf(
      t,
      `CREATE TABLE ${quoted}(${quoted} TEXT PRIMARY KEY, v UNIQUE); CREATE INDEX "i ${name.replaceAll('"', '""')}" ON ${quoted}(v)`,
      name,
    );
    assert.equal(shape.name, name);
    assert.deepEqual([shape.key[0]?.name, shape.indexes[0]?.name], [name, `i ${name}`]);
  }
});

test('a name in another case is the same table', (t) => {
  assert.equal(shapeOf(t, 'CREATE TABLE Items(id INTEGER PRIMARY KEY)', 'iTEMS').name, 'Items');
});

test('a UTF-16 file says so', (t) => {
  const shape = shapeOf(
    t,
    "PRAGMA encoding = 'UTF-16be'; PRAGMA page_size = 1024; CREATE TABLE t(k TEXT PRIMARY KEY)",
  );
  assert.deepEqual([shape.encoding, shape.pageSizeBytes], ['UTF-16be', 1024]);
});

test('what cannot be copied is refused by name', (t) => {
  for (const [sql, code] of [
    ['CREATE TABLE other(id INTEGER PRIMARY KEY)', 'table-missing'],
    ['CREATE VIEW t AS SELECT 1 AS id', 'table-is-view'],
    ['CREATE VIRTUAL TABLE t USING fts5(a)', 'table-is-virtual'],
    ['CREATE TABLE t(a, b UNIQUE NOT NULL)', 'table-without-key'],
    ['CREATE TABLE t(rowid, oid, _rowid_, k TEXT PRIMARY KEY)', 'table-rowid-hidden'],
    [
      'CREATE TABLE t(id INTEGER PRIMARY KEY, a); CREATE UNIQUE INDEX i ON t(lower(a))',
      'table-unique-expression',
    ],
  ] as const)
    assert.throws(() => shapeOf(t, sql), { kind: 'data', code }, sql);
});

test('a table that is called as one of foresync is refused, as both would be in one file', (t) => {
  const db = database(t, ':memory:', 'CREATE TABLE _Foresync_leaves(n INTEGER PRIMARY KEY, leaves BLOB)');
  assert.throws(() => readTableShape(db, '_foresync_leaves'), { kind: 'data', code: 'table-name-taken' });
});

test('a collation that only the application knows is refused, in a key and in any index', (t) => {
  for (const sql of [
    'CREATE TABLE t(k TEXT COLLATE german PRIMARY KEY)',
    'CREATE TABLE t(id INTEGER PRIMARY KEY, a); CREATE INDEX i ON t(a COLLATE german)',
  ]) {
    const db = make(t, 'CREATE TABLE scaffold(a)');
    // better-sqlite3 cannot register a collation; a schema that was written with one looks like this.
    db.unsafeMode().pragma('writable_schema = ON');
    db.exec(sql.replaceAll('COLLATE german', 'COLLATE NOCASE'));
    db.exec("UPDATE sqlite_schema SET sql = replace(sql, 'COLLATE NOCASE', 'COLLATE german')");
    const { name } = db;
    db.close();
    assert.throws(
      () => readTableShape(database(t, name), 't'),
      (error) => error instanceof ForesyncError && error.code === 'table-collation',
      sql,
    );
  }
});
