import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { bindKey, bindScanKey, type ScanKey } from '../../../../src/core/store/sqlite/key-codec.ts';
import { capture, openDonor } from '../../../support/engine-copy.ts';
import { database, type TestContext, temporaryFolder } from '../../../support/tables.ts';

function donorOf(t: TestContext, sql: string) {
  const file = path.join(temporaryFolder(t), 'donor.db');
  const writer = database(t, file, sql);
  const donor = openDonor(file, 't');
  t.after(() => donor.db.close());
  capture(donor);
  return { writer, ...donor };
}

const wide = `CREATE TABLE t(id INTEGER PRIMARY KEY, a POINT, b); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
  INSERT INTO t SELECT i, iif(i % 100, NULL, zeroblob(200000)), i FROM n`;

test('chunks keep to their size, wherever the large rows are and whatever their columns say they are', (t) => {
  const { reader } = donorOf(t, wide);
  let rows = 0;
  let chunks = 0;
  for (let from: ScanKey | undefined, done = false; !done; chunks++) {
    const chunk = reader.snapshot(from, 500_000);
    assert.ok(chunk.image.length < 1_300_000, `${chunk.image.length} bytes`);
    rows += chunk.rows;
    from = chunk.to;
    done = from === undefined;
  }
  assert.equal(rows, 2000);
  assert.ok(chunks > 6 && chunks < 40, `${chunks} chunks`);
});

test('hot rows and changes keep to their size, by one row at least', (t) => {
  const { reader, writer } = donorOf(t, wide);
  const hot = reader.planned.hot([1, 100, 200, 300], { maxBytes: 450_000, digests: false });
  assert.deepEqual([hot.keysRead, hot.rows, hot.missing], [2, 2, 0]);
  assert.equal(reader.planned.hot([100, 200], { maxBytes: 1, digests: false }).keysRead, 1);
  writer.exec('UPDATE t SET b = 0 WHERE id BETWEEN 100 AND 300; DELETE FROM t WHERE id = 150');
  const first = reader.delta(0, { maxKeys: 1000, maxBytes: 450_000 });
  assert.equal(first.complete, false);
  assert.ok(first.image.length < 600_000);
  let [after, keys] = [first.watermark, first.keys];
  for (let complete = false; !complete; ) {
    const next = reader.delta(after, { maxKeys: 60, maxBytes: 450_000 });
    assert.ok(next.keys <= 60);
    [after, keys, complete] = [next.watermark, keys + next.keys, next.complete];
  }
  assert.equal(keys, 201);
});

test('equal rows give equal digests, and one bit makes another', (t) => {
  const sql =
    "CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES('a', 0.0), ('b', NULL), ('c', 'x')";
  const limits = { maxKeys: 10, maxBytes: 1e6 };
  const digest = (change: string) =>
    donorOf(t, `${sql}; ${change}`).reader.verify(0, undefined, 1e6, limits).range?.digest;
  const original = digest('');
  assert.equal(digest("DELETE FROM t WHERE k = 'b'; INSERT INTO t(rowid, k) VALUES(2, 'b')"), original);
  for (const change of [
    "UPDATE t SET v = -0.0 WHERE k = 'a'",
    "UPDATE t SET v = 0 WHERE k = 'a'",
    "UPDATE t SET v = '' WHERE k = 'b'",
    "UPDATE t SET v = x'78' WHERE k = 'c'",
    "UPDATE t SET v = 'x' || char(0) WHERE k = 'c'",
    "UPDATE t SET rowid = 9 WHERE k = 'c'",
    "DELETE FROM t WHERE k = 'c'",
  ])
    assert.notEqual(digest(change), original, change);
});

test('rows that went ahead are left out of the snapshot, and only those', (t) => {
  const { reader } = donorOf(
    t,
    'CREATE TABLE t(k TEXT PRIMARY KEY); INSERT INTO t VALUES(1), (2), (3), (NULL), (4)',
  );
  reader.planned.leaveOut(['2', '4', 'missing']);
  const { rows, to } = reader.snapshot(undefined, 1e6);
  assert.deepEqual([rows, to], [3, undefined]);
});

test('a planned key finds its row as the key column would compare it', (t) => {
  for (const [column, stored, planned, missing] of [
    ['k INTEGER PRIMARY KEY', '123', '123', 'x'],
    ['k INTEGER PRIMARY KEY', '9007199254740993', { int: '9007199254740993' }, 9007199254740992],
    ['k TEXT PRIMARY KEY', "'123'", 123, '0123'],
    ['k TEXT COLLATE NOCASE PRIMARY KEY', "'AbC'", 'aBc', 'ab'],
    ['k BLOB PRIMARY KEY', "x'00ff'", { base64: 'AP8=' }, '\0ÿ'],
    ['k REAL PRIMARY KEY', '1.5', '1.5', 1],
  ] as const) {
    const { reader } = donorOf(t, `CREATE TABLE t(${column}); INSERT INTO t VALUES(${stored})`);
    const { rows, missing: count } = reader.planned.hot([planned, missing], {
      maxBytes: 1e6,
      digests: false,
    });
    assert.deepEqual([rows, count], [1, 1], `${column} ${JSON.stringify(planned)}`);
  }
});

test('a composite key is an array, or the text of one as a log has it; other texts are no key of it', () => {
  assert.deepEqual(bindKey(['a', 1], 2), ['a', 1n]);
  assert.deepEqual(bindKey('["a",1]', 2), ['a', 1n]);
  for (const key of [
    'a',
    '[1',
    '["a"]',
    '[1,2,3]',
    '[1,null]',
    '[1,[2]]',
    '[1,{}]',
    '[1,{"base64":2}]',
    '{"int":"1"}',
    ['a'],
  ] as const)
    assert.equal(bindKey(key as string, 2), undefined, String(key));
  assert.deepEqual(bindKey('["a"]', 1), ['["a"]']);
  assert.equal(bindKey({ int: '12x' }, 1), undefined);
});

test('a place in the scan order binds as what it was', () => {
  const key: ScanKey = [{ i: '-9223372036854775808' }, { r: -0 }, { t: '/w==' }, { b: '' }, { n: true }];
  assert.deepEqual(bindScanKey(key), {
    terms: ['?', '?', 'CAST(? AS TEXT)', '?', '?'],
    values: [-(2n ** 63n), -0, Buffer.from([255]), Buffer.alloc(0), null],
  });
});
