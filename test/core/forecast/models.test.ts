import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featureNames } from '../../../src/core/forecast/features/feature-rows.ts';
import { type ForecastOptions, forecast } from '../../../src/core/forecast/forecast.ts';
import { forecastModels, simpleRules } from '../../../src/core/forecast/models.ts';
import { seededRandom } from '../../../src/core/forecast/seeded-random.ts';
import { assertSensible } from './key-forecasts.ts';
import { memoryHistory, type TestEvent } from './memory-history.ts';
import { dayMs, steady, timeBudget } from './steady-traffic.ts';
import { valueAt } from './value-at.ts';

const options: ForecastOptions = { horizonMs: dayMs, model: 'decay', budgetKeys: 20, seed: 1, timeBudget };
const week = steady(
  Array.from({ length: 40 }, (_, i) => 6 / (i + 1)),
  20,
);

for (const model of forecastModels) {
  test(`the model ${model} alone gives a forecast`, async () => {
    const result = await forecast(memoryHistory(week), { ...options, model });
    assertSensible(result);
    if (['frequency', 'recency', 'decay', 'seasonal', 'learned'].includes(model)) {
      assert.equal(result.report.chosen.model, model);
      assert.equal(result.report.chosenFrom, 'named');
      assert.equal(result.report.models.find((score) => score.chosen)?.model, model);
    }
  });
}

test('a rule says what its name says', () => {
  const columns = new Map([
    ['reads in all', [5, 9, 1]],
    ['age of last read', [0, 1e6, 2]],
    ['reads 7 days, mean', [-1, 3, 0]],
    ['reads 4 weeks, mean', [2, -1, 0]],
    ['reads, half-life 16H', [1, 0, 7]],
  ]);
  const scores = (model: string, cycleMs?: number) => {
    const rule = simpleRules(100 * dayMs).find((r) => r.model === model && r.cycleMs === cycleMs);
    return rule?.score((f) => Float32Array.from(columns.get(valueAt(featureNames, f)) ?? []));
  };
  const order = (values: ArrayLike<number> = []) =>
    [0, 1, 2].sort((a, b) => valueAt(values, b) - valueAt(values, a));
  assert.deepEqual(order(scores('frequency')), [1, 0, 2]);
  assert.deepEqual(order(scores('recency')), [0, 2, 1]);
  assert.deepEqual(order(scores('seasonal', dayMs)), [1, 2, 0]);
  assert.deepEqual(order(scores('seasonal', 7 * dayMs)), [0, 2, 1]);
  assert.ok(scores('recency')?.every(Number.isFinite));
});

test('a cycle is followed only where the history holds two of it', () => {
  const cycles = (days: number) => simpleRules(days * dayMs).flatMap(({ cycleMs = [] }) => cycleMs);
  assert.deepEqual(cycles(1.9), []);
  assert.deepEqual(cycles(2), [dayMs]);
  assert.deepEqual(cycles(14), [dayMs, 7 * dayMs]);
});

/** Thirty days of 400 reads each, of keys that `keyOf` names from the day and a random number. */
function traffic(keyOf: (day: number, random: () => number) => number): TestEvent[] {
  const random = seededRandom(2);
  return Array.from({ length: 12_000 }, (_, i) => {
    const timeMs = (i / 400) * dayMs;
    return { timeMs, key: `k${keyOf(Math.floor(timeMs / dayMs), random)}` };
  });
}

test('where the popular keys change by the day the half-life is short', async () => {
  const drifting = traffic((day, random) =>
    random() < 0.7 ? Math.floor(day / 2) * 10 + Math.floor(random() * 10) : Math.floor(random() * 300),
  );
  const { report } = await forecast(memoryHistory(drifting), options);
  assert.equal(report.halfLifeFrom, 'backtest');
  assert.ok(report.halfLifeMs <= 2 * dayMs, `${report.halfLifeMs / dayMs} days`);
});

test('where the same keys stay popular it is long', async () => {
  const lasting = traffic((_day, random) => Math.floor(300 * random() ** 1.3));
  const { report } = await forecast(memoryHistory(lasting), options);
  assert.ok(report.halfLifeMs >= 8 * dayMs, `${report.halfLifeMs / dayMs} days`);
});

test('the backtest says what each model would have served, and a tuned half-life is taken whatever it says', async () => {
  const lasting = traffic((_day, random) => Math.floor(300 * random() ** 2));
  const { report } = await forecast(memoryHistory(lasting), { ...options, halfLifeMs: 4.2 * dayMs });
  // The 20 hottest of 300 keys draw (20/300)^(1/2) of the reads.
  const longest = report.models.find(({ halfLifeMs }) => halfLifeMs === 64 * dayMs);
  assert.ok(Math.abs((longest?.hitRate ?? 0) - Math.sqrt(20 / 300)) < 0.05, `${longest?.hitRate}`);
  assert.equal(report.halfLifeMs, 4.2 * dayMs);
  assert.equal(report.chosen.halfLifeMs, 4 * dayMs, 'the nearest of those that are tried');
  assert.equal(report.halfLifeFrom, 'tuned');
  assert.ok(report.models.every(({ served }, i) => served <= (report.models[i - 1]?.served ?? 1)));
});
