import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { timeScale, valueScale } from '../../../src/ui/report/scale.ts';

const KiB = 1024;

test('time is marked at round times', () => {
  assert.deepEqual(timeScale(6_400, 0, 100, 8).ticks, [0, 1000, 2000, 3000, 4000, 5000, 6000]);
  assert.deepEqual(
    timeScale(86_400_000, 0, 100, 4).ticks.map((ms) => ms / 3_600_000),
    [0, 6, 12, 18, 24],
  );
});

test('bytes are marked at multiples of powers of 1024, and others at those of 1000', () => {
  assert.deepEqual(
    valueScale(8.5 * KiB * KiB, 0, 100, 1024).ticks.map((bytes) => bytes / KiB / KiB),
    [0, 5, 10],
  );
  assert.deepEqual(valueScale(760, 0, 100, 1000).ticks, [0, 200, 400, 600, 800]);
});

test('every value has its place between the ends, and marks are few', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 1e15, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (max, share) => {
        for (const scale of [
          timeScale(max, 10, 90, 8),
          valueScale(max, 90, 10, 1000),
          valueScale(max, 90, 10, 1024),
        ]) {
          const place = scale.at(max * share);
          assert.ok(place >= 10 && place <= 90, `${place}`);
          assert.ok(scale.ticks.length >= 1 && scale.ticks.length <= 10, `${scale.ticks.length} marks`);
        }
      },
    ),
    { seed: 4 },
  );
});
