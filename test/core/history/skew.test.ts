import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skewOf } from '../../../src/core/history/skew.ts';

const near = (actual: number | undefined, expected: number, tolerance: number) => {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= tolerance,
    `${actual} is not near ${expected}`,
  );
};

test('keys that are read alike have no skew', () => {
  const skew = skewOf([{ reads: 7, keys: 1000 }]);
  assert.deepEqual([skew.top1Share, skew.top10Share, skew.gini], [0.01, 0.1, 0]);
  near(skew.zipfExponent, 0, 1e-9);
});

test('one key that has all reads', () => {
  const skew = skewOf([
    { reads: 50, keys: 1 },
    { reads: 0, keys: 99 },
  ]);
  assert.equal(skew.top1Share, 1);
  near(skew.gini, 0.99, 1e-9);
  assert.equal(skew.zipfExponent, undefined);
});

test("Zipf's exponent is found again", () => {
  for (const exponent of [0.5, 1, 1.5]) {
    const levels = Array.from({ length: 1000 }, (_, i) => ({
      reads: Math.round(1e9 / (i + 1) ** exponent),
      keys: 1,
    }));
    near(skewOf(levels).zipfExponent, exponent, 0.01);
  }
});

test('no keys, and keys that were only written', () => {
  assert.deepEqual(skewOf([]), { top1Share: 0, top10Share: 0, gini: 0, zipfExponent: undefined });
  assert.equal(skewOf([{ reads: 0, keys: 20 }]).top1Share, 0);
});
