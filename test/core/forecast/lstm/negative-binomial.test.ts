import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digamma, lnGamma } from '../../../../src/core/forecast/lstm/gamma.ts';
import { centralInterval, countLoss } from '../../../../src/core/forecast/lstm/negative-binomial.ts';

/** Probability of a count by the definition: successes of a Bernoulli trial until `1 / alpha` failures. */
function probability(count: number, mean: number, alpha: number): number {
  const size = 1 / alpha;
  const success = mean / (mean + size);
  let log = size * Math.log(1 - success) + count * Math.log(success);
  for (let i = 0; i < count; i++) log += Math.log((size + i) / (i + 1));
  return Math.exp(log);
}

test('the gamma function of whole numbers is the factorial, and its slope the harmonic number', () => {
  let factorial = 0;
  let harmonic = -0.5772156649015329;
  for (let n = 1; n < 30; n++) {
    assert.ok(Math.abs(lnGamma(n) - factorial) < 1e-10 * (1 + factorial));
    assert.ok(Math.abs(digamma(n) - harmonic) < 1e-11);
    factorial += Math.log(n);
    harmonic += 1 / n;
  }
  assert.ok(Math.abs(lnGamma(0.5) - Math.log(Math.PI) / 2) < 1e-11);
});

test('the loss of a count is its negative log-likelihood', () => {
  const slopes = new Float64Array(2);
  for (const [mean, alpha] of [
    [0.3, 0.1],
    [7, 2],
    [40, 0.02],
  ] as const) {
    for (const count of [0, 1, 12]) {
      const loss = countLoss(count, Math.log(mean), Math.log(alpha), slopes);
      assert.ok(Math.abs(loss + lnGamma(count + 1) + Math.log(probability(count, mean, alpha))) < 1e-9);
    }
  }
});

test('the central interval holds 80 % of a small mean', () => {
  for (const [mean, alpha] of [
    [0.05, 1],
    [3, 0.5],
    [120, 0.01],
    [60, 20],
  ] as const) {
    const { low, high } = centralInterval(mean, alpha);
    const upTo = (last: number) => {
      let sum = 0;
      for (let count = 0; count <= last; count++) sum += probability(count, mean, alpha);
      return sum;
    };
    assert.ok(upTo(low) >= 0.1 - 1e-9 && (low === 0 || upTo(low - 1) < 0.1));
    assert.ok(upTo(high) >= 0.9 - 1e-9 && (high === 0 || upTo(high - 1) < 0.9));
  }
});

test('the central interval of large means is that of the same distribution, summed', () => {
  for (const [mean, alpha] of [
    [20_000, 2],
    [9_000, 0.02],
    [5_000, 0.001],
  ] as const) {
    const { low, high } = centralInterval(mean, alpha);
    let sum = 0;
    let term = Math.log1p(alpha * mean) / -alpha;
    let count = 0;
    const quantile = (p: number) => {
      for (; ; count++) {
        sum += Math.exp(term);
        term += Math.log(((count + 1 / alpha) / (count + 1)) * (mean / (mean + 1 / alpha)));
        if (sum >= p) return count++;
      }
    };
    for (const [given, p] of [
      [low, 0.1],
      [high, 0.9],
    ] as const) {
      const exact = quantile(p);
      assert.ok(Math.abs(given - exact) < 0.03 * exact, `${given} is not near ${exact}`);
    }
  }
  const { low, high } = centralInterval(1e12, 1);
  assert.ok(low > 1e11 && high < 2.4e12);
});
