import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { descending } from '../../../src/core/plan/descending.ts';

const number = fc.oneof(
  fc.double({ noNaN: true }),
  fc.constantFrom(0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324),
  fc.integer({ min: -3, max: 3 }),
);

test('the order is that of comparisons: by value, then by tie, then as it stood', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number, fc.boolean()), { maxLength: 60 }), (rows) => {
      const values = Float64Array.from(rows, ([value]) => value);
      const ties = Float64Array.from(rows, ([, tie]) => tie);
      const places = Uint32Array.from([...rows.keys()].filter((row) => rows[row]?.[2]));
      const compare = (a: number, b: number) => (a === b ? 0 : a > b ? -1 : 1);
      const at = (column: Float64Array, place: number) => column[place] ?? Number.NaN;
      const expected = [...places].sort(
        (a, b) => compare(at(values, a), at(values, b)) || compare(at(ties, a), at(ties, b)) || a - b,
      );
      assert.deepEqual([...descending(places, values, ties)], expected);
    }),
    { seed: 71, numRuns: 500 },
  );
});
