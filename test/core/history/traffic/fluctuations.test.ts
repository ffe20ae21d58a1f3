import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import {
  correlationByPart,
  crossCorrelation,
} from '../../../../src/core/history/traffic/cross-correlation.ts';
import { fluctuationsOf, whiten } from '../../../../src/core/history/traffic/fluctuations.ts';
import { poisson } from '../../forecast/poisson.ts';
import { minuteMs } from './traffic-example.ts';

const deviation = (values: Float64Array) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

test('a level, a slow trend and what is the same every day leave nothing', () => {
  const minutes = 5 * 1440;
  const level = fluctuationsOf(new Float64Array(minutes).fill(9), minuteMs, 0, minutes);
  assert.ok(deviation(level) < 1e-9);
  const daily = Float64Array.from({ length: minutes }, (_, i) => (i % 1440 === 600 ? 1000 : 5));
  assert.ok(deviation(fluctuationsOf(daily, minuteMs, 0, minutes)) < 1e-9);
  const trend = Float64Array.from({ length: minutes }, (_, i) => 1000 + i);
  // At either end the mean of what is there is no longer that of both sides.
  assert.ok(deviation(fluctuationsOf(trend, minuteMs, 0, minutes).subarray(60, minutes - 60)) < 0.01);
});

test('outside of what the log covers there are none', () => {
  const random = seededRandom(1);
  const counts = Float64Array.from({ length: 1000 }, () => poisson(3, random));
  const found = fluctuationsOf(counts, minuteMs, 200, 700);
  assert.ok(found.subarray(0, 200).every((value) => value === 0));
  assert.ok(found.subarray(700).every((value) => value === 0));
  assert.ok(deviation(found.subarray(200, 700)) > 0.3);
});

test('a burst, however high, weighs no more than three deviations of the rest', () => {
  const random = seededRandom(2);
  const counts = Float64Array.from({ length: 2000 }, () => poisson(3, random));
  counts[900] = 1e9;
  const found = fluctuationsOf(counts, minuteMs, 0, 2000);
  const rest = found.filter((_, i) => Math.abs(i - 900) > 61);
  assert.ok((found[900] as number) < 5 * deviation(rest));
});

test('whitening takes the memory of bursts away', () => {
  const random = seededRandom(3);
  let value = 0;
  const bursts = () => Float64Array.from({ length: 20_000 }, () => (value = 0.9 * value + random() - 0.5));
  const [a, b] = [bursts(), bursts()];
  whiten(a, b);
  const next = crossCorrelation(a, a, 1).whole[2] as number;
  assert.ok(Math.abs(next) < 0.05, String(next));
});

test('correlations are those of the definition, and halves and parts add up to the whole', () => {
  const series = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 24, maxLength: 24 });
  fc.assert(
    fc.property(series, series, fc.integer({ min: 1, max: 9 }), (first, second, maxLag) => {
      const [a, b] = [Float64Array.from(first), Float64Array.from(second)];
      const { whole, firstHalf, secondHalf } = crossCorrelation(a, b, maxLag);
      assert.equal(whole.length, 2 * maxLag + 1);
      const scale =
        Math.sqrt(first.reduce((s, x) => s + x * x, 0) * second.reduce((s, x) => s + x * x, 0)) || 1;
      for (let lag = -maxLag; lag <= maxLag; lag++) {
        const expected = first.reduce((sum, x, i) => sum + x * (second[i + lag] ?? 0), 0) / scale;
        const near = (found: number) => assert.ok(Math.abs(found - expected) < 1e-9);
        near(whole[lag + maxLag] as number);
        near((firstHalf[lag + maxLag] as number) + (secondHalf[lag + maxLag] as number));
        near(correlationByPart(a, b, lag, 5).reduce((sum, part) => sum + part, 0));
      }
    }),
    { seed: 4 },
  );
});
