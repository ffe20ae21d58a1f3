import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hotLevel } from '../../../../src/core/history/clickhouse/hot-keys.ts';
import type { Overview } from '../../../../src/core/history/clickhouse/overview.ts';
import {
  cutSlices,
  eventsPerSlice,
  partLimits,
  partsOf,
} from '../../../../src/core/history/clickhouse/slices.ts';

const bucketMs = 60_000;

function overviewOf(counts: readonly (readonly [gap: number, reads: number, writes: number])[]): Overview {
  let bucket = 0;
  const buckets = counts.map(([gap]) => {
    bucket += gap;
    return bucket;
  });
  return {
    buckets,
    reads: counts.map(([, reads]) => reads),
    writes: counts.map(([, , writes]) => writes),
    rows: counts.map(([, reads, writes]) => reads + writes + 1),
    fates: {} as Overview['fates'],
    pendingRows: 0,
  };
}

test('slices hold every event once, in order, and no more than they may unless it is one minute', () => {
  const anyCounts = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 50 }), fc.nat({ max: 50 })),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(anyCounts, fc.integer({ min: 1, max: 300 }), (counts, most) => {
      const overview = overviewOf(counts);
      const slices = cutSlices(overview, bucketMs, most);
      const events = counts.reduce((sum, [, reads, writes]) => sum + reads + writes, 0);
      assert.equal(
        slices.reduce((sum, slice) => sum + slice.events, 0),
        events,
      );
      slices.forEach((slice, i) => {
        assert.ok(slice.events > 0);
        assert.ok(slice.events <= most || slice.end - slice.begin === 1, `${slice.events} of ${most}`);
        assert.ok(slice.fromMs >= (slices[i - 1]?.toMs ?? 0) && slice.fromMs < slice.toMs);
        for (let place = slice.begin; place < slice.end; place++) {
          const atMs = (overview.buckets[place] as number) * bucketMs;
          assert.ok(atMs >= slice.fromMs && atMs < slice.toMs);
        }
      });
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a slice is counted in as many parts as the memory of the server asks for', () => {
  const limits = partLimits(4e9);
  assert.ok(limits.events > 20_000_000 && limits.events < 40_000_000);
  assert.equal(partsOf(10, 10, limits), 1);
  assert.equal(partsOf(limits.events * 3, 10, limits), 3);
  assert.equal(partsOf(10, limits.keys * 5, limits), 5);
  assert.equal(partsOf(eventsPerSlice(limits), 1, limits), 8);
  assert.equal(partsOf(1e15, 1e15, limits), 64);
});

test('the level above which keys are kept leaves room for no more than that many', () => {
  assert.equal(hotLevel(new Map([[5, 10]]), 10), undefined);
  assert.deepEqual(
    hotLevel(
      new Map([
        [1, 100],
        [7, 4],
        [3, 6],
      ]),
      10,
    ),
    { reads: 2, share: 0 },
  );
  assert.deepEqual(
    hotLevel(
      new Map([
        [1, 100],
        [7, 4],
        [3, 6],
      ]),
      7,
    ),
    { reads: 4, share: 2 ** 19 },
  );
  assert.deepEqual(hotLevel(new Map([[0, 8]]), 2), { reads: 1, share: 2 ** 18 });
});
