import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Forecast, type ForecastOptions, forecast } from '../../../src/core/forecast/forecast.ts';
import { defaultTimeBudget as timeBudget } from '../../../src/core/forecast/panel/time-budget.ts';
import type { ForecastReport } from '../../../src/core/forecast/report.ts';
import { seededRandom } from '../../../src/core/forecast/seeded-random.ts';
import { makePlan } from '../../../src/core/plan/make-plan.ts';
import { assertSensible, byKey } from './key-forecasts.ts';
import { memoryHistory, type TestEvent } from './memory-history.ts';
import { poisson } from './poisson.ts';
import { dayMs, hourMs } from './steady-traffic.ts';

const minuteMs = 60_000;

const rules = new Set(['frequency', 'recency', 'decay', 'seasonal']);

/** What the best candidate of some models would have served in the backtest. */
function best({ models }: ForecastReport, isMeant: (model: string) => boolean): number {
  return Math.max(...models.filter(({ model }) => isMeant(model)).map(({ served }) => served));
}

const isRule = (model: string) => rules.has(model);
const isLearned = (model: string) => model === 'learned';

function planned(result: Forecast, budgetKeys: number): string[] {
  const limits = { minConfidence: 0, budgetKeys };
  return [...makePlan(result, { model: 'auto', limits, replicas: ['r1'] }).entries()].map(({ key }) =>
    String(key),
  );
}

test('keys that are read at their own hour are planned and expected at that hour', async () => {
  const random = seededRandom(1);
  const events: TestEvent[] = [];
  const hourOf = (key: number) => (key * 7) % 24;
  for (let day = 0; day < 20; day++)
    for (let key = 0; key < 240; key++)
      if (random() < 0.9)
        events.push({ timeMs: day * dayMs + (hourOf(key) + random()) * hourMs, key: `k${key}` });
  const options: ForecastOptions = {
    horizonMs: 4 * hourMs,
    model: 'auto',
    budgetKeys: 40,
    seed: 3,
    timeBudget,
  };
  const originMs = 20 * dayMs - 1;
  const result = await forecast(memoryHistory(events), { ...options, originMs });
  assertSensible(result);
  const soon = planned(result, 40).filter((key) => hourOf(Number(key.slice(1))) < 4);
  assert.ok(soon.length >= 38, `${soon.length} of 40`);
  const blind = best(result.report, (model) => model === 'decay' || model === 'frequency');
  const seasonal = best(result.report, (model) => model === 'seasonal' || model === 'learned');
  assert.ok(seasonal > blind + 0.2, `${seasonal} ${blind}`);
  const found = byKey(result);
  let offHours = 0;
  for (const key of soon) {
    const atMs = found.get(key)?.expectedAtMs ?? 0;
    offHours += Math.abs((atMs - originMs) / hourMs - (hourOf(Number(key.slice(1))) + 0.5)) / soon.length;
  }
  // The middle of the horizon would be some six hours off.
  assert.ok(offHours < 1.5, `${offHours} hours off`);
});

test('keys that died are not planned however popular they were, and those just born are', async () => {
  const random = seededRandom(2);
  const events: TestEvent[] = [];
  const days = 20;
  // Thirty keys are born every day; each is read a lot on its first three days, and then hardly any more.
  for (let key = 0; key < days * 30; key++) {
    const bornMs = (key / 30) * dayMs;
    for (const [age, rate] of [8, 8, 8, 0.02, 0.02, 0.02].entries())
      for (let n = poisson(rate, random); n > 0; n--)
        events.push({ timeMs: bornMs + (age + random()) * dayMs, key: `k${key}` });
  }
  for (let n = 0; n < 2000; n++) events.push({ timeMs: random() * 3 * dayMs, key: `giant${n % 5}` });
  const past = events.filter(({ timeMs }) => timeMs < days * dayMs);
  const options: ForecastOptions = {
    horizonMs: dayMs,
    model: 'learned',
    budgetKeys: 60,
    seed: 3,
    timeBudget,
  };
  const result = await forecast(memoryHistory(past), { ...options, originMs: days * dayMs });
  assertSensible(result);
  const keys = planned(result, 60);
  assert.ok(!keys.some((key) => key.startsWith('giant')));
  const ages = keys.map((key) => days - Number(key.slice(1)) / 30);
  assert.ok(ages.filter((age) => age < 3).length >= 57, `${ages.toSorted((a, b) => b - a).slice(0, 6)}`);
  assert.ok(ages.filter((age) => age < 2).length >= 50, 'those that soon die are not told from the others');
  const giant = byKey(result).get('giant0');
  assert.ok((giant?.confidence ?? 1) < 0.2, `${giant?.confidence}`);
});

test('where a scan moves through numbered keys, the learned model is far better than every rule', async () => {
  const random = seededRandom(3);
  const events: TestEvent[] = [];
  const keys = 1500;
  const minutes = 6000;
  // Every key was seen once in no order; then a scan comes by again and again, each time by another way.
  for (let key = 0; key < keys; key++) events.push({ timeMs: random() * 60 * minuteMs, key: `row:${key}` });
  let at = 0;
  for (let minute = 60; minute < minutes; minute++) {
    if (random() < 0.002) at = Math.floor(random() * keys);
    for (let n = 0; n < 2; n++)
      events.push({ timeMs: (minute + random()) * minuteMs, key: `row:${at++ % keys}` });
  }
  const options: ForecastOptions = {
    horizonMs: 60 * minuteMs,
    model: 'auto',
    budgetKeys: 150,
    seed: 3,
    timeBudget,
  };
  const history = memoryHistory(events, minuteMs);
  const { report, ...result } = await forecast(history, options);
  assert.equal(report.chosen.model, 'learned');
  assert.ok(
    best(report, isLearned) > best(report, isRule) + 0.2,
    `${best(report, isLearned)} ${best(report, isRule)}`,
  );
  const ahead = planned({ report, ...result }, 150).filter((key) => {
    const distance = (Number(key.slice(4)) - (at % keys) + keys) % keys;
    return distance < 180;
  });
  assert.ok(ahead.length > 100, `${ahead.length} of 150 lie before the scan`);
});

test('where popularity lasts, the choice is as good as the best simple rule', async () => {
  const random = seededRandom(4);
  const weights = Array.from({ length: 600 }, (_, i) => 1 / (i + 1) ** 0.9);
  const events: TestEvent[] = [];
  for (let day = 0; day < 24; day++)
    for (const [key, weight] of weights.entries())
      for (let n = poisson(weight * 40, random); n > 0; n--)
        events.push({ timeMs: (day + random()) * dayMs, key: `k${key}` });
  const originMs = 20 * dayMs;
  const options: ForecastOptions = {
    horizonMs: dayMs,
    model: 'auto',
    budgetKeys: 60,
    originMs,
    seed: 3,
    timeBudget,
  };
  const after = events.filter(({ timeMs }) => timeMs > originMs);
  const served = async (model: ForecastOptions['model']) => {
    const keys = new Set(planned(await forecast(memoryHistory(events), { ...options, model }), 60));
    return after.filter(({ key }) => keys.has(key)).length / after.length;
  };
  const auto = await served('auto');
  const simple = [await served('frequency'), await served('recency'), await served('decay')];
  assert.ok(auto >= Math.max(...simple) - 0.01, `${auto} against ${simple}`);
});
