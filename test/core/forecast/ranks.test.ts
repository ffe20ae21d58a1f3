import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { descendingOrder, inOrderOf, meanRanks } from '../../../src/core/forecast/ranks.ts';
import { valueAt } from './value-at.ts';

const odd = [0, -0, 1, -1, 1e-45, -1e-45, 1e-38, 3.4e38, -3.4e38, Infinity, -Infinity];
const value = fc.oneof(
  fc.constantFrom(...odd),
  fc.float({ noNaN: true }),
  fc.integer({ min: -3, max: 3 }).map((n) => n / 2),
);
const values = fc.array(value, { maxLength: 200 }).map((list) => Float32Array.from(list));

/** By sorting; zeros of both signs stand in the order of their bits. */
function naiveOrder(list: Float32Array): number[] {
  const below = (x: number) => (Object.is(x, -0) ? 1 : 0);
  return [...list.keys()].sort((a, b) => {
    const [x, y] = [valueAt(list, a), valueAt(list, b)];
    return (x === y ? below(x) - below(y) : x < y ? 1 : -1) || a - b;
  });
}

test('the order is that of sorting, and equal values stay as they are', () => {
  fc.assert(
    fc.property(values, (list) => assert.deepEqual([...descendingOrder(list)], naiveOrder(list))),
    { seed: 101, numRuns: 300 },
  );
});

test('a part of an array is sorted by its own values', () => {
  assert.deepEqual([...descendingOrder(Float32Array.of(9, 1, 3, 2, 9).subarray(1, 4))], [1, 2, 0]);
});

test('a rank is the weight above and the middle of the equal ones', () => {
  fc.assert(
    fc.property(
      values,
      fc.boolean(),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (list, weighted, more) => {
        const weights = weighted ? Float32Array.from(list, () => valueAt([...more.take(1)], 0)) : undefined;
        const ranks = meanRanks(list, weights);
        const weightOf = (keep: (x: number) => boolean) =>
          list.reduce((sum, x, i) => sum + (keep(x) ? (weights?.[i] ?? 1) : 0), 0);
        for (const [i, x] of list.entries())
          assert.equal(ranks[i], weightOf((y) => y > x) + (weightOf((y) => y === x) - 1) / 2);
      },
    ),
    { seed: 102 },
  );
});

test('a weight counts a value as often as it says', () => {
  const many = meanRanks(Float32Array.of(5, 3, 3, 3, 1), undefined);
  const one = meanRanks(Float32Array.of(5, 3, 1), Float32Array.of(1, 3, 1));
  assert.deepEqual([...one], [many[0], many[1], many[4]]);
});

test('values handed out anew keep their sum and stand in the order of the places', () => {
  const pairs = fc.array(
    fc.record({ place: fc.integer({ min: -9, max: 9 }), value: fc.integer({ min: -99, max: 99 }) }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(pairs, (list) => {
      const places = Float32Array.from(list, (p) => p.place);
      const before = Float32Array.from(list, (p) => p.value);
      const given = inOrderOf(places, before);
      const sum = (of: Float32Array) => of.reduce((total, x) => total + x, 0);
      assert.ok(Math.abs(sum(given) - sum(before)) < 1e-3);
      for (let a = 0; a < list.length; a++) {
        for (let b = 0; b < list.length; b++) {
          const [p, q] = [valueAt(places, a), valueAt(places, b)];
          if (p > q) assert.ok(valueAt(given, a) >= valueAt(given, b));
          if (p === q) assert.equal(given[a], given[b]);
        }
      }
      if (new Set(places).size === places.length) assert.deepEqual(given.toSorted(), before.toSorted());
    }),
    { seed: 103 },
  );
});
