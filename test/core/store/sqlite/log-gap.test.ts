import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pruneDelta } from '../../../../src/core/store/sqlite/delta-pruning.ts';
import { refuseClashes } from '../../../../src/core/store/sqlite/place.ts';
import { capture, captureId, openDonor, openJoiner } from '../../../support/engine-copy.ts';
import { database, type TestContext, temporaryFolder } from '../../../support/tables.ts';

const limits = { maxKeys: 100, maxBytes: 1e6 };

function donorOf(t: TestContext) {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'donor.db');
  const writer = database(
    t,
    file,
    'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 1), (2, 2)',
  );
  const donor = openDonor(file, 't');
  t.after(() => donor.db.close());
  capture(donor);
  return { folder, writer, donor };
}

test('changes that another run has pruned are missed by nobody in silence', (t) => {
  const { writer, donor } = donorOf(t);
  writer.exec('UPDATE t SET v = 10 WHERE id = 1; UPDATE t SET v = 20 WHERE id = 2');
  const { watermark } = donor.reader.delta(0, limits);
  pruneDelta(donor.db, donor.shape, { upTo: watermark - 1, maxKeys: 100 });
  const gap = { kind: 'stopped', code: 'log-broken', message: /does not go on from where the joiner is/ };
  assert.throws(() => donor.reader.delta(0, limits), gap);
  assert.throws(() => donor.reader.recheck(watermark, 0, limits), gap);
  assert.equal(donor.reader.delta(watermark, limits).complete, true);
});

test('a log that knows less than the joiner is not gone on with', (t) => {
  const { donor } = donorOf(t);
  assert.throws(() => donor.reader.delta(7, limits), { code: 'log-broken' });
});

test('a joiner that stands outside of what the log has begins anew, in or before it goes on', (t) => {
  const { folder, donor, writer } = donorOf(t);
  const file = path.join(folder, 'joiner.db');
  const open = (prunedTo: number) => openJoiner(file, donor.shape, captureId, prunedTo);
  const first = open(0).joiner;
  writer.exec('UPDATE t SET v = 10');
  first.delta(donor.reader.delta(0, limits));
  const { watermark } = first.checkpoint;
  first.close();
  const same = open(watermark);
  assert.equal(same.resumed, true);
  same.joiner.close();
  const anew = open(watermark + 1);
  assert.deepEqual([anew.resumed, anew.joiner.checkpoint.watermark], [false, watermark + 1]);
  anew.joiner.close();
});

test('what a file that is gone has left keeps a new one from its place', (t) => {
  const { folder, donor } = donorOf(t);
  const file = path.join(folder, 'joiner.db');
  refuseClashes(file, donor.shape);
  writeFileSync(`${file}-wal`, 'left');
  assert.throws(() => refuseClashes(file, donor.shape), { kind: 'exists', code: 'joiner-remains' });
});
