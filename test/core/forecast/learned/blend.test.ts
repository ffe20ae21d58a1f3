import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blend } from '../../../../src/core/forecast/learned/blend.ts';
import { valueAt } from '../value-at.ts';

const key = fc.record({
  forests: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: -40, max: 40 }))),
  decayed: fc.integer({ min: 0, max: 30 }),
});
const keys = fc.array(key, { minLength: 1, maxLength: 60 });

function blended(list: { forests: number[]; decayed: number }[], decayWeight: number): Float32Array {
  return blend({
    forests: [0, 1, 2].map((f) => Float32Array.from(list, ({ forests }) => valueAt(forests, f) / 8)),
    decayed: Float32Array.from(list, ({ decayed }) => decayed),
    decayWeight,
  });
}

test('what all models put higher is not lower in the blend', () => {
  fc.assert(
    fc.property(keys, fc.constantFrom(0, 0.5, 2), (list, decayWeight) => {
      const scores = blended(list, decayWeight);
      for (const [a, one] of list.entries()) {
        for (const [b, other] of list.entries()) {
          const higher =
            one.forests.every((rate, f) => rate >= valueAt(other.forests, f)) && one.decayed >= other.decayed;
          if (higher) assert.ok(valueAt(scores, a) >= valueAt(scores, b));
        }
      }
    }),
    { seed: 141 },
  );
});

test('the scores are the mean rates of the forests, in another order', () => {
  fc.assert(
    fc.property(keys, (list) => {
      const rates = list.map(({ forests }) => Math.exp(forests.reduce((sum, rate) => sum + rate, 0) / 24));
      const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
      assert.ok(Math.abs(sum(blended(list, 1)) / sum(rates) - 1) < 1e-4);
      assert.ok(Math.max(...blended(list, 1)) <= Math.max(...rates) * (1 + 1e-5));
    }),
    { seed: 142 },
  );
});

test('one forest alone keeps its order and its rates, and a heavy decayed count takes over', () => {
  const rates = Float32Array.of(2, 0.5, -1, 3);
  const decayed = Float32Array.of(1, 2, 3, 0);
  const alone = blend({ forests: [rates], decayed, decayWeight: 0 });
  for (const [i, score] of alone.entries())
    assert.ok(Math.abs(score / Math.exp(valueAt(rates, i)) - 1) < 1e-6);
  const heavy = blend({ forests: [rates], decayed, decayWeight: 1e4 });
  assert.deepEqual(
    [...heavy.keys()].sort((a, b) => valueAt(heavy, b) - valueAt(heavy, a)),
    [2, 1, 0, 3],
  );
});
