import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maxOrigins, timeGrid } from '../../../src/core/forecast/time-grid.ts';

test('the windows end where the past does, one after the other, and leave a fifth of it before them', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1000, 60_000, 3_600_000),
      fc.integer({ min: -1e12, max: 1e12 }),
      fc.nat(5e10),
      fc.nat(1e11),
      fc.integer({ min: 1, max: 2e10 }),
      fc.constantFrom(1, 300_000, 300_001),
      (bucketMs, firstMs, spanMs, afterMs, horizonMs, keys) => {
        const originMs = firstMs + afterMs;
        const grid = timeGrid({ bucketMs, firstMs, lastMs: firstMs + spanMs, keys }, originMs, horizonMs);
        const { origins, horizonBuckets, fullEnd, first, end } = grid;
        assert.ok(end > first && fullEnd >= first && fullEnd < end);
        assert.ok(horizonBuckets >= 1 && origins.length <= (keys > 300_000 ? 8 : maxOrigins));
        assert.ok(fullEnd * bucketMs <= Math.max(originMs, first * bucketMs));
        if (origins.length === 0) return;
        assert.equal((origins.at(-1) ?? 0) + horizonBuckets, fullEnd);
        assert.ok((origins[0] ?? 0) - first >= (fullEnd - first) / 5);
        assert.ok(origins.every((start, i) => i === 0 || start > (origins[i - 1] ?? start)));
      },
    ),
    { seed: 72 },
  );
});

test('a silence of up to a horizon belongs to the past, a longer one is a log that ended', () => {
  const history = { bucketMs: 1000, firstMs: 0, lastMs: 100_000, keys: 1 };
  assert.equal(timeGrid(history, 109_000, 10_000).fullEnd, 109);
  assert.equal(timeGrid(history, 900_000, 10_000).fullEnd, 101);
});
