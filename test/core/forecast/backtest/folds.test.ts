import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldsOf, halfOf } from '../../../../src/core/forecast/backtest/folds.ts';
import { valueAt } from '../value-at.ts';

const windows = fc
  .record({
    first: fc.integer({ min: -500, max: 500 }),
    spacing: fc.integer({ min: 1, max: 30 }),
    reads: fc.array(fc.oneof(fc.nat(30), fc.nat(2000)), { maxLength: 16 }),
    horizonBuckets: fc.integer({ min: 1, max: 60 }),
  })
  .map(({ first, spacing, reads, horizonBuckets }) => ({
    origins: reads.map((_, i) => first + i * spacing),
    reads,
    horizonBuckets,
  }));

test('what a forest learns from has ended when what it is judged on begins, or is of other keys', () => {
  fc.assert(
    fc.property(windows, ({ origins, reads, horizonBuckets }) => {
      const folds = foldsOf(origins, horizonBuckets, reads);
      for (const { trainUntil, from, until, half } of folds) {
        assert.ok(from < until && until <= origins.length);
        if (half !== undefined) continue;
        for (const learned of origins.slice(0, trainUntil))
          assert.ok(learned + horizonBuckets <= valueAt(origins, from));
      }
      const judged = folds.flatMap(({ from, until, half }) =>
        origins.slice(from, until).map((origin) => `${origin} ${half}`),
      );
      assert.equal(new Set(judged).size, judged.length, 'judged twice');
    }),
    { seed: 151, numRuns: 500 },
  );
});

const steady = (count: number) => Array.from({ length: count }, () => 500);
const origins = (count: number, spacing: number) => Array.from({ length: count }, (_, i) => i * spacing);

test('a long history is judged on the later half of its windows', () => {
  assert.deepEqual(foldsOf(origins(16, 24), 24, steady(16)), [
    { trainUntil: 8, from: 8, until: 12 },
    { trainUntil: 12, from: 12, until: 16 },
  ]);
});

test('windows that overlap leave out those that reach into the judged ones', () => {
  assert.deepEqual(
    foldsOf(origins(16, 12), 24, steady(16)).map(({ trainUntil }) => trainUntil),
    [7, 11],
  );
});

test('a short history is judged by keys, in all its windows', () => {
  const folds = [0, 1].map((half) => ({ trainUntil: 3, from: 0, until: 3, half }));
  assert.deepEqual(foldsOf(origins(3, 1), 24, steady(3)), folds);
  assert.deepEqual([halfOf(6), halfOf(7)], [0, 1]);
});

test('later windows with hardly a read are none to judge by', () => {
  const reads = Array.from({ length: 16 }, (_, i) => (i < 10 ? 500 : 3));
  assert.deepEqual(
    foldsOf(origins(16, 24), 24, reads).map(({ half }) => half),
    [0, 1],
  );
});

test('hardly a read, or no window, gives nothing to learn from', () => {
  assert.deepEqual(
    foldsOf(
      origins(16, 24),
      24,
      Array.from({ length: 16 }, () => 6),
    ),
    [],
  );
  assert.deepEqual(foldsOf([], 24, []), []);
});
