import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { checkShape } from '../../../../src/core/store/sqlite/sound-shape.ts';
import { readTableShape, type TableShape } from '../../../../src/core/store/sqlite/table-shape.ts';

function shapeOf(sql: string): TableShape {
  const db = new Database(':memory:');
  try {
    db.exec(sql);
    return JSON.parse(JSON.stringify(readTableShape(db, 'items')));
  } finally {
    db.close();
  }
}

const plain =
  'CREATE TABLE items(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v); CREATE INDEX by_v ON items(v) WHERE v > 1';

test('whatever a donor makes of its table passes', () => {
  for (const sql of [
    plain,
    'create table if not exists main.items(id integer primary key autoincrement, v)',
    'CREATE TABLE "items" -- a note (\n(k TEXT COLLATE NOCASE, l, PRIMARY KEY(l, k DESC)) WITHOUT ROWID',
    "CREATE TABLE [items]/*(*/(k PRIMARY KEY, v DEFAULT 'CREATE TABLE x AS SELECT 1;', g AS (v || 'x') STORED, CHECK(v <> ';'))",
    'CREATE TABLE old(k PRIMARY KEY, u UNIQUE, UNIQUE(k, u)); CREATE UNIQUE INDEX "a b" ON old(u DESC) WHERE k IS NOT NULL; ALTER TABLE old RENAME TO items; ALTER TABLE items ADD COLUMN w NOT NULL DEFAULT 3',
    'CREATE TABLE items(k PRIMARY KEY, u, w); CREATE UNIQUE INDEX b ON items(u); CREATE INDEX c ON items(w, lower(u)); CREATE UNIQUE INDEX a ON items(w)',
  ])
    checkShape(shapeOf(sql));
});

test('a definition that is more than one statement, or another table’s, or not what the shape says, is refused', () => {
  const shape = shapeOf(plain);
  const [index] = shape.indexes;
  assert.ok(index);
  const foreign: Partial<TableShape>[] = [
    { sql: `${shape.sql}; DROP TABLE items` },
    {
      sql: 'CREATE TABLE items AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT * FROM n',
    },
    { sql: 'CREATE TABLE items/**/AS SELECT 1 AS id, 2 AS k, 3 AS v' },
    { sql: "CREATE TABLE 'items' AS SELECT 1" },
    { sql: 'CREATE TABLE temp.items(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v)' },
    { sql: 'CREATE TABLE other(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v)' },
    { sql: 'CREATE TABLE items(id INTEGER PRIMARY KEY, k TEXT, v)' },
    { name: 'other' },
    { columns: shape.columns.slice(1) },
    { key: shape.columns.slice(1, 2) },
    { rowid: 'v) SELECT 1; --' },
    { uniques: [] },
    { autoincrement: true },
    { indexes: [{ ...index, sql: `${index.sql}; DROP TABLE items` }] },
    { indexes: [{ ...index, sql: 'CREATE INDEX by_v ON sqlite_schema(name)' }] },
    { indexes: [{ ...index, sql: 'CREATE INDEX by_v ON items(load_extension(v))' }] },
    { indexes: [{ ...index, name: 'x"; DROP TABLE items; --' }] },
    { indexes: [index, index] },
  ];
  for (const part of foreign)
    assert.throws(
      () => checkShape({ ...shape, ...part }),
      { code: /^(shape-invalid|table-not-recreatable)$/ },
      JSON.stringify(part),
    );
});

test('no text in place of a definition makes the check fail in another way', () => {
  const words =
    'CREATE TABLE INDEX items ( ) , ; AS SELECT ATTACH "x" \'y\' [z] -- /* */ 1 id PRIMARY KEY \n'.split(' ');
  const text = fc.array(fc.constantFrom(...words), { maxLength: 14 }).map((some) => some.join(' '));
  const shape = shapeOf(plain);
  fc.assert(
    fc.property(text, fc.boolean(), (tail, isWhole) => {
      const sql = isWhole ? `${shape.sql} ${tail}` : `CREATE TABLE ${tail}`;
      try {
        checkShape({ ...shape, sql });
      } catch (error) {
        assert.match((error as { code: string }).code, /^(shape-invalid|table-not-recreatable)$/);
      }
    }),
    { seed: 7, numRuns: 500 },
  );
});
