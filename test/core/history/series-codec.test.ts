import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type BucketSeries,
  decodeSeries,
  encodeSeries,
  mergeSeries,
} from '../../../src/core/history/series-codec.ts';

type Counts = Map<number, { reads: number; writes: number }>;

const count = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const anyCounts: fc.Arbitrary<Counts> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 2 ** 31 - 1 }), count, count), { maxLength: 40 })
  .map(
    (entries) =>
      new Map(
        entries
          .filter(([, reads, writes]) => reads + writes > 0)
          .map(([bucket, reads, writes]) => [bucket, { reads, writes }]),
      ),
  );

function seriesOf(counts: Counts): BucketSeries {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return {
    buckets: Int32Array.from(sorted, ([bucket]) => bucket),
    reads: Uint32Array.from(sorted, ([, { reads }]) => reads),
    writes: Uint32Array.from(sorted, ([, { writes }]) => writes),
  };
}

test('a series comes back as it was', () => {
  fc.assert(
    fc.property(anyCounts, (counts) => {
      assert.deepEqual(decodeSeries(encodeSeries(seriesOf(counts))), seriesOf(counts));
    }),
    { seed: 1 },
  );
});

test('merging adds up bucket by bucket', () => {
  fc.assert(
    fc.property(anyCounts, anyCounts, (a, b) => {
      const sums: Counts = new Map(a);
      for (const [bucket, { reads, writes }] of b) {
        const before = sums.get(bucket) ?? { reads: 0, writes: 0 };
        sums.set(bucket, { reads: before.reads + reads, writes: before.writes + writes });
      }
      assert.deepEqual(mergeSeries(seriesOf(a), seriesOf(b)), seriesOf(sums));
    }),
    { seed: 2 },
  );
});

test('a bucket with one read takes two bytes a few hours after the one before', () => {
  const packed = encodeSeries(
    seriesOf(new Map([0, 180, 360].map((bucket) => [bucket, { reads: 1, writes: 0 }]))),
  );
  assert.equal(packed.length, 1 + 2 + 2);
});

test('a series that is cut off is refused', () => {
  const packed = encodeSeries(seriesOf(new Map([[1000, { reads: 300, writes: 300 }]])));
  assert.throws(() => decodeSeries(packed.subarray(0, packed.length - 1)), RangeError);
});
