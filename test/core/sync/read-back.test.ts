import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadBack } from '../../../src/core/sync/read-back.ts';

const good = { rows: 10, displaced: false, same: true };

test('chunks that were all read back as they came, into a new file, speak for the joiner', () => {
  const readBack = new ReadBack();
  readBack.take(good);
  readBack.take({ ...good, rows: 5 });
  assert.deepEqual([readBack.holds, readBack.chunks, readBack.rows], [true, 2, 15]);
});

for (const [what, chunk] of [
  ['was not compared', { rows: 10, displaced: false }],
  ['is not there as it came', { ...good, same: false }],
  ['displaced a row', { ...good, displaced: true }],
] as const) {
  test(`one chunk that ${what} sends all of them to be compared again`, () => {
    const readBack = new ReadBack();
    readBack.take(chunk);
    readBack.take(good);
    assert.equal(readBack.holds, false);
  });
}

test('what comes after a failure speaks for nothing', () => {
  const readBack = new ReadBack();
  readBack.fail();
  readBack.take(good);
  assert.equal(readBack.holds, false);
});
