import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fit, FitJob } from '../../../../src/core/forecast/arima/fit-job.ts';
import { fitSquareRoots } from '../../../../src/core/forecast/arima/square-root-fit.ts';

const job: FitJob = {
  id: 5,
  series: Float64Array.from({ length: 100 }, (_, i) => (i % 2) * 4),
  horizonSteps: 4,
  order: { p: 1, d: 0, q: 1, P: 0, D: 0, Q: 0, season: 0 },
};

test('the mean of the roots with their variance gives back the mean of the counts', () => {
  const mean: Fit = (_series, steps) => ({ mean: Array(steps).fill(0), variance: Array(steps).fill(1) });
  const result = fitSquareRoots(job, mean);
  assert.ok(result.status === 'fitted');
  for (const reads of result.expected) assert.ok(Math.abs(reads - 2) < 1e-12);
});

for (const [what, fit, reason] of [
  [
    'throws',
    () => {
      throw new Error('no convergence');
    },
    'no convergence',
  ],
  ['gives NaN', [Number.NaN, 1], 'the fit gave no number'],
  ['gives infinities', [Number.POSITIVE_INFINITY, 1], 'the fit gave no number'],
  ['gives a variance that is no number', [1, Number.NaN], 'the fit gave no number'],
  ['diverges', [1e9, 1], 'the forecast diverged'],
  ['is not sure of anything', [1, 1e200], 'the forecast diverged'],
] as [string, Fit | [number, number], string][]) {
  test(`a fit that ${what} is failed, with the reason`, () => {
    const given: Fit =
      typeof fit === 'function'
        ? fit
        : (_series, steps) => ({ mean: Array(steps).fill(fit[0]), variance: Array(steps).fill(fit[1]) });
    assert.deepEqual(fitSquareRoots(job, given), { id: 5, status: 'failed', reason });
  });
}

test('a fit that gives too few steps is failed', () => {
  const result = fitSquareRoots(job, () => ({ mean: [0], variance: [1] }));
  assert.deepEqual(result, { id: 5, status: 'failed', reason: 'the fit gave no number' });
});
