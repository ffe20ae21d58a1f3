import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { interpolate, poolAdjacentViolators } from '../../../src/core/forecast/isotonic.ts';

const points = fc
  .array(
    fc.record({ y: fc.double({ min: 0, max: 1, noNaN: true }), weight: fc.integer({ min: 1, max: 50 }) }),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  .map((list) => ({ x: list.map((_, i) => i), y: list.map((p) => p.y), weights: list.map((p) => p.weight) }));

/** The isotonic regression by its min-max formula: at i, the highest over a ≤ i of the lowest over b ≥ i of mean(a..b). */
function minMax(y: number[], weights: number[]): number[] {
  const mean = (a: number, b: number) => {
    let sum = 0;
    let weight = 0;
    for (let i = a; i <= b; i++) {
      sum += (y[i] ?? 0) * (weights[i] ?? 0);
      weight += weights[i] ?? 0;
    }
    return sum / weight;
  };
  return y.map((_, i) => {
    let highest = -Infinity;
    for (let a = 0; a <= i; a++) {
      let lowest = Infinity;
      for (let b = i; b < y.length; b++) lowest = Math.min(lowest, mean(a, b));
      highest = Math.max(highest, lowest);
    }
    return highest;
  });
}

test('pooling adjacent violators gives the isotonic regression', () => {
  fc.assert(
    fc.property(points, ({ x, y, weights }) => {
      const blocks = poolAdjacentViolators({ x, y, weights });
      const expected = minMax(y, weights);
      const total = weights.reduce((sum, w) => sum + w, 0);
      assert.equal(
        blocks.reduce((sum, b) => sum + b.weight, 0),
        total,
      );
      let point = 0;
      for (const block of blocks) {
        for (let left = block.weight; left > 0; left -= weights[point++] ?? 0) {
          assert.ok(Math.abs((expected[point] ?? Number.NaN) - block.y) < 1e-9);
        }
      }
    }),
    { seed: 11 },
  );
});

test('points of equal x share a block', () => {
  const blocks = poolAdjacentViolators({ x: [1, 1, 2], y: [0, 1, 1], weights: [1, 3, 4] });
  assert.deepEqual(blocks, [
    { x: 1, y: 0.75, weight: 4 },
    { x: 2, y: 1, weight: 4 },
  ]);
});

test('between blocks the curve is straight, outside it is flat, and nowhere does it fall', () => {
  const blocks = [
    { x: 0, y: 0.1, weight: 1 },
    { x: 2, y: 0.5, weight: 1 },
    { x: 3, y: 0.9, weight: 1 },
  ];
  assert.equal(interpolate(blocks, -1), 0.1);
  assert.ok(Math.abs(interpolate(blocks, 1) - 0.3) < 1e-12);
  assert.equal(interpolate(blocks, 9), 0.9);
  fc.assert(
    fc.property(
      points,
      fc.double({ min: -1, max: 31, noNaN: true }),
      fc.double({ min: -1, max: 31, noNaN: true }),
      (p, a, b) => {
        const fitted = poolAdjacentViolators(p);
        assert.ok(interpolate(fitted, Math.min(a, b)) <= interpolate(fitted, Math.max(a, b)) + 1e-12);
      },
    ),
    { seed: 12 },
  );
});
