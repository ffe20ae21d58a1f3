import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { dropCapture, readCapture } from '../../../../src/core/store/sqlite/capture.ts';
import { pruneDelta, prunedTo } from '../../../../src/core/store/sqlite/delta-pruning.ts';
import { capture, openDonor } from '../../../support/engine-copy.ts';
import { database, schemaOf, type TestContext, temporaryFolder } from '../../../support/tables.ts';

function donorOf(t: TestContext) {
  const file = path.join(temporaryFolder(t), 'donor.db');
  const writer = database(
    t,
    file,
    'CREATE TABLE t(id INTEGER PRIMARY KEY, v); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) INSERT INTO t SELECT i, 0 FROM n',
  );
  const before = schemaOf(file);
  const { db, shape, reader } = openDonor(file, 't');
  t.after(() => db.close());
  capture({ db, shape, reader });
  const inLog = () => reader.delta(prunedTo(db, shape), { maxKeys: 100, maxBytes: 1e6 }).keys;
  return { file, writer, before, db, shape, reader, inLog };
}

test('changes go in pieces of so many keys, the oldest first, and the count goes with them', (t) => {
  const { db, shape, writer, inLog } = donorOf(t);
  writer.exec('UPDATE t SET v = 1');
  assert.equal(prunedTo(db, shape), 0);
  assert.deepEqual(pruneDelta(db, shape, { upTo: 7, maxKeys: 4 }), { keys: 6, complete: false });
  assert.deepEqual(pruneDelta(db, shape, { upTo: 7, maxKeys: 4 }), { keys: 3, complete: true });
  assert.deepEqual([inLog(), readCapture(db, shape)?.keys, prunedTo(db, shape)], [3, 3, 7]);
  assert.deepEqual(pruneDelta(db, shape, { upTo: 5, maxKeys: 4 }), { keys: 3, complete: true });
  assert.equal(prunedTo(db, shape), 7, 'what is gone stays gone');
});

test('a key that changed again after the place stays, and the log goes on counting', (t) => {
  const { db, shape, writer, inLog } = donorOf(t);
  writer.exec('UPDATE t SET v = 1; UPDATE t SET v = 2 WHERE id = 1');
  assert.deepEqual(pruneDelta(db, shape, { upTo: 10, maxKeys: 100 }), { keys: 1, complete: true });
  writer.exec('UPDATE t SET v = 3 WHERE id IN (1, 2)');
  assert.deepEqual([inLog(), readCapture(db, shape)?.keys], [2, 2]);
});

test('the last change stays whatever is pruned, so that no number comes twice', (t) => {
  const { db, shape, writer, inLog } = donorOf(t);
  const numbers: (number | undefined)[] = [];
  assert.deepEqual(pruneDelta(db, shape, { upTo: 0, maxKeys: 100 }), { keys: 0, complete: true });
  for (let n = 1; n <= 3; n++) {
    writer.exec(`UPDATE t SET v = ${n} WHERE id = 1; VACUUM`);
    numbers.push(readCapture(db, shape)?.watermark);
    assert.deepEqual(pruneDelta(db, shape, { upTo: n, maxKeys: 100 }), { keys: 1, complete: true });
  }
  assert.deepEqual(numbers, [1, 2, 3]);
  assert.equal(inLog(), 0);
});

test('room that was made is room: the log is not broken by what was pruned', (t) => {
  const { db, shape, reader, writer } = donorOf(t);
  dropCapture(db, shape);
  capture({ db, shape, reader }, { budgetKeys: 11 });
  for (let n = 1; n <= 3; n++) {
    writer.exec(`UPDATE t SET id = id + 1000 WHERE id % 2 = ${n % 2} AND id <= 10`);
    pruneDelta(db, shape, { upTo: readCapture(db, shape)?.watermark ?? 0, maxKeys: 100 });
  }
  assert.equal(readCapture(db, shape)?.broken, undefined);
});

test('of a capture that was pruned nothing is left either, and a new one was not pruned', (t) => {
  const { file, before, db, shape, reader, writer } = donorOf(t);
  writer.exec('UPDATE t SET v = 1');
  pruneDelta(db, shape, { upTo: 20, maxKeys: 100 });
  dropCapture(db, shape);
  assert.deepEqual(schemaOf(file), before);
  capture({ db, shape, reader });
  assert.equal(prunedTo(db, shape), 0);
});
