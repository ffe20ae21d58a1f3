import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hitRateCurve, thresholdCurve } from '../../../../src/core/plan/inspect/hit-rate-curve.ts';
import { editsOf } from '../../../../src/core/plan/inspect/plan-edits.ts';
import { outcomeOf } from '../../../../src/core/plan/inspect/plan-outcome.ts';
import { anyEntries, entry, indexOf } from './plan-examples.ts';

test('the curve has its parts, never falls and ends with the whole, for any plan', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyEntries, fc.integer({ min: 1, max: 30 }), async (entries, parts) => {
      const index = await indexOf(t, entries);
      const outcome = outcomeOf(index, editsOf(index));
      const { by, points } = hitRateCurve(index, outcome, parts);
      assert.equal(points.length, entries.length === 0 ? 0 : parts);
      for (const [at, point] of points.entries()) {
        const before = points[at - 1];
        assert.ok(!before || (point.keys >= before.keys && point.expectedHitRate >= before.expectedHitRate));
        const share = by === 'bytes' ? point.bytes / outcome.bytes : point.keys / outcome.entries;
        assert.ok(share <= (at + 1) / parts + 1e-9, `${share} of ${at + 1}/${parts}`);
      }
      if (points.length > 0) assert.equal(points.at(-1)?.keys, entries.length);
    }),
    { seed: 4, numRuns: 100 },
  );
});

test('a point is what the bytes up to it are worth, pinned entries first', async (t) => {
  const index = await indexOf(t, [
    entry('a', { expectedReads: 6, sizeBytes: 100 }),
    entry('b', { expectedReads: 3, sizeBytes: 100 }),
    entry('c', { expectedReads: 1, sizeBytes: 200, pinned: true }),
  ]);
  const { by, points } = hitRateCurve(index, outcomeOf(index, editsOf(index)), 4);
  assert.equal(by, 'bytes');
  assert.deepEqual(
    points.map(({ keys, bytes, expectedHitRate }) => [keys, bytes, expectedHitRate]),
    [
      [0, 0, 0],
      [1, 200, 0.08],
      [2, 300, 0.56],
      [3, 400, 0.8],
    ],
  );
});

test('a plan that says no sizes has its curve by keys', async (t) => {
  const index = await indexOf(t, [
    entry('a', { sizeBytes: undefined }),
    entry('b', { sizeBytes: undefined }),
  ]);
  const { by, points } = hitRateCurve(index, outcomeOf(index, editsOf(index)), 2);
  assert.deepEqual([by, points.map(({ keys }) => keys)], ['keys', [1, 2]]);
});

test('a threshold of the table leaves what the same threshold leaves as an edit', async (t) => {
  const thresholds = [0, 0.25, 0.5, 0.75, 1];
  await fc.assert(
    fc.asyncProperty(anyEntries, async (entries) => {
      const index = await indexOf(t, entries);
      const table = thresholdCurve(index, outcomeOf(index, editsOf(index)), thresholds);
      for (const { minConfidence, keys, expectedHitRate } of table) {
        const outcome = outcomeOf(index, editsOf(index, { minConfidence }));
        assert.equal(keys, outcome.entries);
        assert.ok(Math.abs(expectedHitRate - outcome.expectedHitRate) < 1e-8);
      }
    }),
    { seed: 5, numRuns: 80 },
  );
});
