import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { PartsOfTable } from '../../../../src/core/store/sqlite/parts-of-table.ts';
import { RowWriter } from '../../../../src/core/store/sqlite/row-writer.ts';
import { readTableShape } from '../../../../src/core/store/sqlite/table-shape.ts';
import type { TestContext } from '../../../support/tables.ts';

const tables = {
  'an INTEGER key': 'CREATE TABLE t(k INTEGER PRIMARY KEY, v)',
  'a text key': 'CREATE TABLE t(k TEXT PRIMARY KEY, v)',
  'a composite key without rowid':
    'CREATE TABLE t(k TEXT COLLATE NOCASE, v INT, PRIMARY KEY(v DESC, k)) WITHOUT ROWID',
};

function tableOf(t: TestContext, create: string, rows: number) {
  const db = new Database(':memory:');
  t.after(() => db.close());
  db.exec(create);
  const insert = db.prepare('INSERT INTO t(k, v) VALUES(?, ?)');
  for (let n = 0; n < rows; n++) insert.run(create.includes('INTEGER') ? 3 * n : `key ${n}`, n % 3);
  return { db, shape: readTableShape(db, 't') };
}

for (const [name, create] of Object.entries(tables))
  test(`a table with ${name} is counted in parts, each of which is bounded`, (t) => {
    for (const rows of [0, 1, 9, 10, 11, 40]) {
      const { db, shape } = tableOf(t, create, rows);
      const counting = new RowWriter(db, shape).countInParts(10);
      let parts = 0;
      let step = counting.next();
      for (; !step.done; step = counting.next()) parts++;
      assert.equal(step.value, rows);
      assert.equal(parts, Math.floor(rows / 10) + 1);
      const first = new PartsOfTable(db, shape, 10).next(undefined);
      assert.ok(first.rows <= 10);
    }
  });

test('what was counted is counted again only after a write', (t) => {
  const { db, shape } = tableOf(t, tables['an INTEGER key'], 25);
  const writer = new RowWriter(db, shape);
  assert.equal([...writer.countInParts(10)].length, 3);
  assert.equal([...writer.countInParts(10)].length, 0);
  assert.equal(writer.count(), 25);
});
