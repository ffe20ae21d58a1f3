import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { calibrate } from '../../../src/core/metrics/calibration.ts';

test('sets each bin against the share of its keys that was read', () => {
  const found = calibrate([0.9, 0.9, 0.95, 0.2], [1, 1, 0, 0]);
  assert.ok(found);
  assert.equal(found.keys, 4);
  assert.deepEqual(
    found.bins.map(({ from, to, keys, readShare }) => [from, to, keys, readShare]),
    [
      [0.2, 0.3, 1, 0],
      [0.9, 1, 3, 2 / 3],
    ],
  );
  // (0.01 + 0.01 + 0.9025 + 0.04) / 4, and 3/4 * |2.75/3 - 2/3| + 1/4 * |0.2 - 0|, by hand
  assert.ok(Math.abs(found.brier - 0.240625) < 1e-12);
  assert.ok(Math.abs(found.ece - 0.2375) < 1e-12);
});

test('a confidence of 1 belongs to the last bin, one out of range is refused', () => {
  assert.deepEqual(
    calibrate([1], [1])?.bins.map(({ from }) => from),
    [0.9],
  );
  assert.throws(() => calibrate([-0.1], [1]), RangeError);
});

test('nothing is said of no keys', () => {
  assert.equal(calibrate([], []), undefined);
});

test('errors lie between 0 and 1, and are 0 for a certain plan that is right', () => {
  const plans = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), {
    minLength: 1,
    maxLength: 50,
  });
  fc.assert(
    fc.property(plans, (plan) => {
      const read = plan.map(([, was]) => (was ? 1 : 0));
      const found = calibrate(
        plan.map(([confidence]) => confidence),
        read,
      );
      assert.ok(found && found.brier >= 0 && found.brier <= 1 && found.ece >= 0 && found.ece <= 1 + 1e-9);
      const certain = calibrate(read, read);
      assert.ok(certain && certain.brier === 0 && certain.ece === 0);
    }),
    { seed: 11, numRuns: 100 },
  );
});
