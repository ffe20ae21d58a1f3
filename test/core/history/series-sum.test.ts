import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BucketSeries, mergeSeries } from '../../../src/core/history/series-codec.ts';
import { SeriesSum } from '../../../src/core/history/series-sum.ts';

test('a sum of series is what merging one after the other gives', () => {
  const series = fc
    .uniqueArray(fc.nat(50), { maxLength: 20 })
    .map((buckets) => Int32Array.from(buckets).sort())
    .map((buckets) => ({
      buckets,
      reads: Uint32Array.from(buckets, (bucket) => bucket + 1),
      writes: Uint32Array.from(buckets, (_, i) => i),
    }));
  fc.assert(
    fc.property(fc.array(series, { minLength: 1, maxLength: 6 }), (all) => {
      const sum = new SeriesSum();
      for (const one of all) sum.add(one);
      assert.deepEqual(sum.series(), all.reduce<BucketSeries>(mergeSeries, new SeriesSum().series()));
    }),
    { seed: 1 },
  );
});
