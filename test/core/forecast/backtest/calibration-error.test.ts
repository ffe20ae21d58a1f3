import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrationError } from '../../../../src/core/forecast/backtest/calibration-error.ts';
import type { Outcome } from '../../../../src/core/forecast/confidence.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';

/** Keys of which each is read with the chance that `chanceOf` gives its place among all. */
function window(chanceOf: (place: number) => number, random: () => number): Outcome[] {
  return Array.from({ length: 600 }, (_, i) => {
    const hits = random() < chanceOf(i / 600) ? 1 : 0;
    return { logShare: -8 + (8 * i) / 600, logVolume: 5, keys: 1, reads: hits, hits };
  });
}

test('where the future is like the past the error is small', () => {
  const random = seededRandom(2);
  const outcomes = Array.from({ length: 6 }, () => window((place) => place, random));
  assert.ok((calibrationError(outcomes) ?? 1) < 0.05, `${calibrationError(outcomes)}`);
});

test('where it is not, the error is the distance', () => {
  const random = seededRandom(2);
  const outcomes = [0.2, 0.2, 0.7, 0.7].map((chance) => window(() => chance, random));
  assert.ok(Math.abs((calibrationError(outcomes) ?? 0) - 0.5) < 0.04, `${calibrationError(outcomes)}`);
});

test('keys count as often as they stand for others', () => {
  const certain = { logShare: -1, logVolume: 5, keys: 90_000, reads: 90_000, hits: 90_000 };
  const odd = { logShare: -6, logVolume: 5, keys: 10, reads: 0, hits: 0 };
  const error = calibrationError([
    [certain, odd],
    [certain, { ...odd, hits: 10, reads: 10 }],
  ]);
  assert.ok((error ?? 1) < 0.01, `${error}`);
});

test('one window cannot be judged by another', () => {
  assert.equal(calibrationError([]), undefined);
  assert.equal(calibrationError([window(() => 0.5, seededRandom(1))]), undefined);
});
