import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../src/core/forecast/seeded-random.ts';
import { uncalibratedConfidence } from '../../../src/core/forecast/uncalibrated.ts';
import { lasting } from '../../../src/core/forecast/volume-forecast.ts';
import { valueAt } from './value-at.ts';

const confidenceOf = (reads: number, past: number, horizon: number) =>
  valueAt(
    uncalibratedConfidence(Float64Array.of((reads * lasting(horizon, past)) / past), {
      first: 10,
      end: 10 + past,
      horizonBuckets: horizon,
    }),
    0,
  );

test('it is how often the next read comes before the end of the traffic and within the horizon', () => {
  const random = seededRandom(5);
  for (const [reads, past, horizon] of [
    [1, 1, 1440],
    [1, 100, 50],
    [3, 60, 60],
    [20, 100, 40],
  ] as const) {
    let read = 0;
    const trials = 40_000;
    for (let i = 0; i < trials; i++) {
      // Both by inversion of their survival: (past / (past + t))^reads, and past / (past + t).
      const next = past * ((1 - random()) ** (-1 / reads) - 1);
      const end = past * (1 / (1 - random()) - 1);
      if (next < Math.min(end, horizon)) read++;
    }
    const found = confidenceOf(reads, past, horizon);
    assert.ok(Math.abs(found - read / trials) < 0.01, `${reads}, ${past}, ${horizon}: ${found}`);
  }
});

test('one read alone never makes a key likely, many do', () => {
  for (const horizon of [1, 60, 1440, 1e7]) assert.ok(confidenceOf(1, 1, horizon) < 0.5);
  assert.ok(confidenceOf(50, 1000, 1000) > 0.95);
  assert.equal(confidenceOf(0, 1000, 1000), 1e-4);
});
