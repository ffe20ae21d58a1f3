import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { noScore, type Outcome } from '../../../src/core/forecast/confidence.ts';
import { expectedReads, fitRate, logShareOf } from '../../../src/core/forecast/rate-fit.ts';
import { seededRandom } from '../../../src/core/forecast/seeded-random.ts';
import { poisson } from './poisson.ts';

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

test('the expected reads of the backtest add up to those that came', () => {
  const outcome = fc.record({
    logShare: fc.oneof(fc.constant(noScore), fc.double({ min: -25, max: 0, noNaN: true })),
    logVolume: fc.double({ min: 0, max: 12, noNaN: true }),
    keys: fc.integer({ min: 1, max: 500 }),
    reads: fc.integer({ min: 0, max: 10_000 }),
    hits: fc.constant(0),
  });
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1, maxLength: 30 }), (outcomes) => {
      const scored = outcomes.filter((o) => o.logShare !== noScore);
      fc.pre(sum(scored.map((o) => o.reads)) > 0);
      const fit = fitRate(outcomes);
      const expected = outcomes.map((o) => o.keys * expectedReads(fit, o.logShare, Math.exp(o.logVolume)));
      const came = sum(outcomes.map((o) => o.reads));
      assert.ok(Math.abs(sum(expected) - came) <= 1e-6 * came);
    }),
    { seed: 31 },
  );
});

test('reads that regress towards the average are found out', () => {
  const random = seededRandom(8);
  const slope = 0.7;
  const outcomes = Array.from({ length: 50 }, (_, i): Outcome => {
    const share = 10 ** (-4 + i / 20);
    let reads = 0;
    for (let k = 0; k < 200; k++) reads += poisson(100 * share ** slope, random);
    return { logShare: Math.log(share), logVolume: Math.log(100), keys: 200, reads, hits: 0 };
  });
  assert.ok(Math.abs(fitRate(outcomes).slope - slope) < 0.02);
});

test('logShareOf undoes expectedReads', () => {
  const fit = { intercept: -0.3, slope: 0.8, zeroRate: 0 };
  assert.ok(Math.abs(logShareOf(fit, expectedReads(fit, -4, 50), 50) + 4) < 1e-12);
});

test('a backtest in which nothing was read still fits', () => {
  const fit = fitRate([{ logShare: -2, logVolume: 1, keys: 3, reads: 0, hits: 0 }]);
  assert.ok(Number.isFinite(expectedReads(fit, -2, 10)));
});
