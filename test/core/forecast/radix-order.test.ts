import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allPlaces, orderByNumbers, orderByWords } from '../../../src/core/forecast/radix-order.ts';
import { valueAt } from './value-at.ts';

const number = fc.oneof(
  fc.constantFrom(0, -0, 5e-324, -5e-324, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53),
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true }),
);

test('places are in the order of their numbers, equal ones as they were', () => {
  fc.assert(
    fc.property(
      fc.array(number, { maxLength: 200 }),
      fc.constantFrom('ascending' as const, 'descending' as const),
      (list, direction) => {
        const values = Float64Array.from(list);
        const reversed = allPlaces(list.length).reverse();
        const sign = direction === 'ascending' ? 1 : -1;
        const expected = [...reversed].sort((a, b) => {
          const [x, y] = [valueAt(values, a), valueAt(values, b)];
          return x === y ? 0 : x < y ? -sign : sign;
        });
        assert.deepEqual([...orderByNumbers(reversed, values, direction)], expected);
      },
    ),
    { seed: 107, numRuns: 300 },
  );
});

test('a part of the places is sorted alone', () => {
  assert.deepEqual(
    [...orderByWords(Uint32Array.of(3, 0, 2), Uint32Array.of(9, 0, 2 ** 32 - 1, 9))],
    [3, 0, 2],
  );
  assert.deepEqual([...orderByWords(new Uint32Array(0), Uint32Array.of(1))], []);
});
