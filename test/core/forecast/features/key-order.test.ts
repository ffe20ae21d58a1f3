import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { birthOrder, keyOrder, naturalOrder } from '../../../../src/core/forecast/features/key-order.ts';
import { valueAt } from '../value-at.ts';

const sorted = (names: string[]) => [...naturalOrder(names)].map((key) => valueAt(names, key));

test('names that differ in their last number are in its order', () => {
  assert.deepEqual(sorted(['k10', 'k9', 'k100', 'k1']), ['k1', 'k9', 'k10', 'k100']);
  assert.deepEqual(sorted(['10', '9', '08', '0']), ['0', '08', '9', '10']);
  assert.deepEqual(sorted(['a/10.gif', 'a/9.gif', 'a/9.png']), ['a/9.gif', 'a/9.png', 'a/10.gif']);
  assert.deepEqual(sorted(['b2', 'a10', 'b1', 'a9']), ['a9', 'a10', 'b1', 'b2']);
  assert.deepEqual(sorted(['v2-k10', 'v10-k2', 'v2-k9']), ['v10-k2', 'v2-k9', 'v2-k10']);
});

test('names without digits are in the order of their texts, and before all others', () => {
  assert.deepEqual(sorted(['b', '', 'ab', 'a', '5']), ['', 'a', 'ab', 'b', '5']);
  assert.deepEqual(sorted([]), []);
});

test('runs of digits of any length have an order', () => {
  const long = '1234567890'.repeat(50);
  assert.deepEqual(sorted([`${long}2`, `k${long}`, `${long}1`]), [`${long}1`, `${long}2`, `k${long}`]);
  assert.deepEqual(sorted(['9007199254740993', '9007199254740992']), [
    '9007199254740992',
    '9007199254740993',
  ]);
});

test('the order holds every key once and does not depend on the order given', () => {
  const name = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', '0', '1', '9', '.'), maxLength: 6 }),
    fc.string({ unit: fc.constantFrom('1', '0'), minLength: 14, maxLength: 18 }),
  );
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 40 }), (names) => {
      const order = sorted(names);
      assert.equal(new Set(naturalOrder(names)).size, names.length);
      assert.deepEqual(sorted([...names].reverse()), order);
    }),
    { seed: 91 },
  );
});

test('keys are born in the order of their first accesses, of equal ones in the order given', () => {
  const firstMs = Float64Array.of(5, -3, 5, 0, 5);
  assert.deepEqual([...birthOrder(firstMs, keyOrder(Uint32Array.of(4, 2, 0, 1, 3)))], [1, 3, 4, 2, 0]);
});
