import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stepGrid } from '../../../src/core/forecast/hot-keys.ts';
import { scanHistory } from '../../../src/core/forecast/scan.ts';
import { type TimeGrid, timeGrid } from '../../../src/core/forecast/time-grid.ts';
import type { AccessHistory, KeySeries } from '../../../src/core/history/access-history.ts';
import { memoryHistory } from './memory-history.ts';

const bucketMs = 60_000;
const horizonMs = 10 * bucketMs;
const halfLivesMs = [1, 2, 5, 10, 20, 40, 80, 160, 640].map((buckets) => buckets * bucketMs);

const history = fc
  .array(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      timeMs: fc.integer({ min: 0, max: 120 * bucketMs }),
      op: fc.constantFrom('read' as const, 'read' as const, 'write' as const),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((events) => memoryHistory(events, bucketMs));

/** A key's decayed reads at the start of a bucket, by the definition. */
function decayed({ buckets, reads }: KeySeries, at: number, halfLifeMs: number): number {
  return buckets.reduce(
    (sum, bucket, i) =>
      bucket < at ? sum + (reads[i] ?? 0) * 2 ** ((-(at - bucket) * bucketMs) / halfLifeMs) : sum,
    0,
  );
}

function readsIn({ buckets, reads }: KeySeries, from: number, to: number): number {
  return buckets.reduce((sum, bucket, i) => (bucket >= from && bucket < to ? sum + (reads[i] ?? 0) : sum), 0);
}

async function scanned(of: AccessHistory, originMs: number, hotKeys = 0) {
  const { firstMs = 0, lastMs = 0 } = of.summary();
  const grid: TimeGrid = timeGrid({ bucketMs, firstMs, lastMs, keys: 1 }, originMs, horizonMs);
  const scan = await scanHistory(of, grid, {
    halfLivesMs,
    hotKeys,
    steps: stepGrid(grid),
    preferredDonor: -1,
  });
  return { grid, scan };
}

const close = (a: number, b: number) =>
  assert.ok(Math.abs(a - b) <= 1e-5 * Math.max(1e-9, Math.abs(b)), `${a} ${b}`);

test('one pass gives the decayed counts of the definition, at the origin and at every earlier one', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (of) => {
      const { lastMs = 0 } = of.summary();
      const { grid, scan } = await scanned(of, lastMs);
      const all = [...of.series()];
      for (const [h, halfLifeMs] of halfLivesMs.entries()) {
        for (const [index, series] of all.entries()) {
          close(scan.scores[h]?.[index] ?? Number.NaN, decayed(series, grid.end, halfLifeMs));
        }
        for (const [origin, start] of grid.origins.entries()) {
          const known = all.filter(({ buckets }) => (buckets[0] ?? start) < start);
          const histogram = scan.histograms[h]?.[origin];
          assert.equal(histogram?.knownKeys, known.length);
          close(
            histogram?.scoreSum ?? Number.NaN,
            known.reduce((sum, s) => sum + decayed(s, start, halfLifeMs), 0),
          );
          const came = known.map((s) => readsIn(s, start, start + grid.horizonBuckets));
          assert.equal(
            histogram?.readsOfTop(known.length),
            came.reduce((sum, n) => sum + n, 0),
          );
          assert.equal(
            histogram?.hits.reduce((sum, n) => sum + n, 0),
            came.filter((n) => n > 0).length,
          );
        }
      }
    }),
    { seed: 71, numRuns: 60 },
  );
});

test('the backtest windows end where the past does, and leave a quarter of it before them', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.integer({ min: 0, max: 200 * bucketMs }), async (of, afterMs) => {
      const { firstMs = 0 } = of.summary();
      const { grid } = await scanned(of, firstMs + afterMs);
      const { origins, horizonBuckets, fullEnd, first } = grid;
      if (origins.length === 0) return;
      assert.equal((origins.at(-1) ?? 0) + horizonBuckets, fullEnd);
      assert.ok((origins[0] ?? 0) - first >= (fullEnd - first) / 4);
      assert.ok(fullEnd * bucketMs <= grid.originMs);
    }),
    { seed: 72, numRuns: 60 },
  );
});

test('the hottest keys keep their series, step by step', async () => {
  const events = Array.from({ length: 3000 }, (_, i) => ({ timeMs: i * bucketMs, key: `k${(i * i) % 40}` }));
  const of = memoryHistory(events, bucketMs);
  const { grid, scan } = await scanned(of, 3000 * bucketMs, 5);
  const all = [...of.series()];
  const hot = scan.hot.list();
  assert.equal(hot.length, 5);
  const scores = [...(scan.scores[5] ?? [])].sort((a, b) => b - a);
  assert.deepEqual(
    hot.map(({ score }) => Math.fround(score)),
    scores.slice(0, 5),
  );
  const { stepBuckets, steps } = stepGrid(grid);
  for (const { index, series } of hot) {
    assert.equal(series.length, steps);
    const from = grid.fullEnd - steps * stepBuckets;
    for (const [step, reads] of series.entries()) {
      const key = all[index];
      assert.equal(reads, key && readsIn(key, from + step * stepBuckets, from + (step + 1) * stepBuckets));
    }
  }
});
