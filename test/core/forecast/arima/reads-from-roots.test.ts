import assert from 'node:assert/strict';
import { test } from 'node:test';
import { centralInterval } from '../../../../src/core/forecast/arima/interval.ts';
import { readsFromRoots } from '../../../../src/core/forecast/arima/reads-from-roots.ts';
import { valueAt } from './panels.ts';

test('errors that do not last are added as independent ones', () => {
  const { variance, expected } = readsFromRoots(Float64Array.of(2, 2, 2), Float64Array.of(0.1, 0.1, 0.1));
  assert.ok(Math.abs(variance - 3 * (4 * 4 * 0.1 + 2 * 0.01)) < 1e-12);
  assert.ok(Math.abs(valueAt(expected, 2) - 4.1) < 1e-12);
});

test('errors that last, as those of a random walk, are added with their covariances', () => {
  const { variance } = readsFromRoots(Float64Array.of(3, 3), Float64Array.of(0.1, 0.2));
  const pair = (covariance: number) => 4 * 9 * covariance + 2 * covariance ** 2;
  assert.ok(Math.abs(variance - (pair(0.1) + pair(0.2) + 2 * pair(0.1))) < 1e-12);
});

test('a root far below nothing expects no reads', () => {
  assert.deepEqual([...readsFromRoots(Float64Array.of(-2), Float64Array.of(0.5)).expected], [0]);
});

test('the interval of a gamma distribution is met', () => {
  // Of the exponential distribution with mean 4, the quantiles are known.
  const { low, high } = centralInterval(4, 16);
  assert.ok(Math.abs(low - 4 * -Math.log(0.9)) < 0.1);
  assert.ok(Math.abs(high - 4 * -Math.log(0.1)) < 0.1);
});

test('an interval is never below 0 and always holds the mean', () => {
  for (const variance of [0, 1, 1e3, 1e9]) {
    const { low, high } = centralInterval(2, variance);
    assert.ok(low >= 0 && low <= 2 && high >= 2 && Number.isFinite(high));
  }
  assert.deepEqual(centralInterval(0, 5), { low: 0, high: 0 });
});
