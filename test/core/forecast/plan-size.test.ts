import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forecast } from '../../../src/core/forecast/forecast.ts';
import { judgedShare, planClass, plannedShare, planSizeOf } from '../../../src/core/forecast/plan-size.ts';
import { memoryHistory } from './memory-history.ts';
import { columnsOf } from './series/example-columns.ts';
import { dayMs, steady, timeBudget } from './steady-traffic.ts';

const sized = (...sizes: (number | undefined)[]) =>
  columnsOf(
    sizes.map((size) => ({
      accesses: [{ bucket: 0, reads: 1, writes: 0 }],
      ...(size === undefined ? {} : { sizeBytes: size }),
    })),
  );

test('a budget is a share of the keys, by its bytes at the mean size', () => {
  const columns = sized(100, 300, undefined, 200);
  assert.equal(planSizeOf(columns, {}).budgetShare, undefined);
  assert.equal(planSizeOf(columns, { budgetKeys: 1 }).budgetShare, 1 / 4);
  assert.equal(planSizeOf(columns, { budgetBytes: 400 }).budgetShare, 1 / 2);
  assert.equal(planSizeOf(columns, { budgetBytes: 400, budgetKeys: 1 }).budgetShare, 1 / 4);
  assert.equal(planSizeOf(columns, { budgetKeys: 9 }).budgetShare, 1);
  assert.equal(planSizeOf(sized(undefined, undefined), { budgetBytes: 256 }).budgetShare, 1 / 2);
});

test('the smaller of budget and threshold is judged at, but never a handful of keys for the threshold', () => {
  const plan = (budgetShare: number | undefined) => ({ budgetShare, minConfidence: 0.5 });
  assert.equal(judgedShare(plan(0.1), 0.3, 10_000), 0.1);
  assert.equal(judgedShare(plan(0.4), 0.3, 10_000), 0.3);
  assert.equal(judgedShare(plan(undefined), 0.3, 10_000), 0.3);
  assert.equal(judgedShare(plan(undefined), 0, 10_000), 0.01);
  assert.equal(judgedShare(plan(0.001), 0, 10_000), 0.001);
  assert.equal(judgedShare(plan(undefined), 1, 10_000), 0.2);
  assert.equal(judgedShare(plan(1), 1, 10_000), 0.2);
  for (const keys of [1, 10, 99, 100, 101, 499, 500])
    assert.equal(judgedShare(plan(undefined), 0, keys), 0.2);
  assert.equal(judgedShare(plan(undefined), 0, 1000), 0.1);
});

test('plans of about the same size share a choice', () => {
  const of = (budgetShare: number | undefined, minConfidence: number) =>
    planClass({ budgetShare, minConfidence });
  assert.equal(of(0.1, 0.5), of(0.11, 0.51));
  const classes = [
    of(0.1, 0.5),
    of(0.01, 0.5),
    of(undefined, 0.5),
    of(0.1, 0.6),
    of(1e-12, 0),
    of(1e-12, 0.05),
  ];
  assert.equal(new Set(classes).size, classes.length);
});

const rates = Array.from({ length: 1500 }, (_, i) => 12 * 0.997 ** i);
const options = { horizonMs: dayMs, model: 'decay', seed: 1, timeBudget } as const;

test('without a budget the backtest judges at as many keys as reach the threshold', async () => {
  const history = memoryHistory(steady(rates, 20));
  for (const minConfidence of [0.5, 0.9]) {
    const { confidence, report } = await forecast(history, { ...options, minConfidence });
    const planned = plannedShare({ budgetShare: undefined, minConfidence }, confidence);
    assert.ok(Math.abs(report.judgedShare / planned - 1) < 0.1, `${report.judgedShare} of ${planned}`);
  }
  assert.equal((await forecast(history, options)).report.judgedShare, 0.2);
});

test('traffic that fades is judged at the size of the plan that is made now', async () => {
  const fading = steady(rates, 20).filter(({ timeMs }, i) => i % 1000 < 1000 * 0.9 ** (timeMs / dayMs));
  const { confidence, report } = await forecast(memoryHistory(fading), { ...options, minConfidence: 0.5 });
  const planned = plannedShare({ budgetShare: undefined, minConfidence: 0.5 }, confidence);
  assert.ok(Math.abs(report.judgedShare / planned - 1) < 0.3, `${report.judgedShare} of ${planned}`);
});
