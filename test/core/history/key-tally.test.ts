import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyTally } from '../../../src/core/history/key-tally.ts';

const series = { buckets: Int32Array.of(0), reads: Uint32Array.of(1), writes: Uint32Array.of(0) };

test('the ten hottest stay, in order; of keys that are read alike the first', () => {
  const tally = new KeyTally(60_000, 1);
  const reads = [5, 1, 9, 9, 2, 7, 3, 4, 6, 8, 2, 1, 10];
  for (const [index, count] of reads.entries()) {
    tally.add({ key: `k${index}`, reads: count, writes: 0, sizeBytes: undefined, firstMs: 0, series }, 0);
  }
  assert.deepEqual(
    tally.figures().hottest.map(({ key, reads }) => [key, reads]),
    [
      ['k12', 10],
      ['k2', 9],
      ['k3', 9],
      ['k9', 8],
      ['k5', 7],
      ['k8', 6],
      ['k0', 5],
      ['k7', 4],
      ['k6', 3],
      ['k4', 2],
    ],
  );
  assert.deepEqual([tally.figures().keys, tally.figures().onlyAt], [13, [13]]);
});
