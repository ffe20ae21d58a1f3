import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ForecastOptions, forecast } from '../../../src/core/forecast/forecast.ts';
import { makePlan } from '../../../src/core/plan/make-plan.ts';
import { assertSensible } from './key-forecasts.ts';
import { memoryHistory, type TestEvent } from './memory-history.ts';
import { dayMs, hourMs, steady, timeBudget } from './steady-traffic.ts';
import { valueAt } from './value-at.ts';

const options: ForecastOptions = { horizonMs: dayMs, model: 'auto', seed: 7, timeBudget };
/** Enough reads to learn from, within seven days. */
const week = steady(
  Array.from({ length: 40 }, (_, i) => 6 / (i + 1)),
  7,
);
/** For histories whose oddity models of series would see no more of than others. */
const learned = { model: 'learned' } as const;
const later = (events: TestEvent[], ms: number) => events.map((e) => ({ ...e, timeMs: e.timeMs + ms }));

const odd: [what: string, events: TestEvent[], changes?: Partial<ForecastOptions>][] = [
  ['one event', [{ timeMs: 5 * dayMs, key: 'a' }]],
  ['one write', [{ timeMs: 5 * dayMs, key: 'a', op: 'write' }]],
  ['one key', Array.from({ length: 500 }, (_, i) => ({ timeMs: i * hourMs, key: 'a' }))],
  ['all at one time', Array.from({ length: 500 }, (_, i) => ({ timeMs: dayMs, key: `k${i % 50}` }))],
  [
    'all writes',
    Array.from({ length: 900 }, (_, i) => ({ timeMs: i * hourMs, key: `k${i % 9}`, op: 'write' as const })),
  ],
  ['a horizon longer than the history', week, { horizonMs: 100 * dayMs }],
  ['a horizon of a century', week, { horizonMs: 36_500 * dayMs }],
  ['a horizon shorter than a bucket', week, { horizonMs: 10 * 60_000 }],
  ['a horizon of a millisecond', week, { horizonMs: 1 }],
  ['an origin years after the end', week, { originMs: 3000 * dayMs, ...learned }],
  ['times before 1970', later(week, -100 * dayMs), learned],
  ['times on both sides of 1970', later(week, -3 * dayMs), learned],
  ['a gap of months', [...week, ...later(week, 150 * dayMs)]],
  [
    'gaps of months, and the last one just before the origin',
    week,
    { originMs: 200 * dayMs, horizonMs: hourMs, ...learned },
  ],
  ['a budget of one key', week, { budgetKeys: 1, ...learned }],
  ['a budget of one byte', week.map((e) => ({ ...e, size: 1e12 })), { budgetBytes: 1, ...learned }],
  [
    'names of one digit run, of none and of nothing',
    week.map((e, i) => ({ ...e, key: i % 3 ? '9'.repeat(400) + i : '' })),
    learned,
  ],
];
for (const [what, events, changes] of odd) {
  test(`${what}: every figure is sensible, and the plan's order is total`, async () => {
    const result = await forecast(memoryHistory(events), { ...options, ...changes });
    assert.ok(result.store.keys > 0);
    assertSensible(result);
    const plan = makePlan(result, { model: 'auto', limits: { minConfidence: 0 }, replicas: ['r1'] });
    assert.deepEqual(
      [...plan.selection.order].sort((a, b) => a - b),
      result.store.names.map((_, i) => i),
    );
    const { expectedHitRate } = plan.header;
    assert.ok(expectedHitRate >= 0 && expectedHitRate <= 1, `${expectedHitRate}`);
    const planned = [...plan.entries()];
    assert.ok(planned.every((e, i) => e.expectedReads <= (planned[i - 1]?.expectedReads ?? Infinity)));
  });
}

for (const op of ['reads', 'writes'] as const) {
  test(`counts of a billion ${op} in a bucket stay finite`, async () => {
    const history = memoryHistory(week.map((e, i) => (i % 4 ? e : { ...e, op: 'write' as const })));
    const huge = {
      ...history,
      *series() {
        for (const s of history.series()) yield { ...s, [op]: s[op].map((n) => Math.min(4e9, n * 1e9)) };
      },
    };
    assertSensible(await forecast(huge, op === 'reads' ? options : { ...options, ...learned }));
  });
}

test('at the very first event nothing is known yet, and nothing is planned', async () => {
  const result = await forecast(memoryHistory(week), { ...options, originMs: week[0]?.timeMs });
  assertSensible(result);
  assert.equal(result.store.keys, 0);
  const plan = makePlan(result, { model: 'auto', limits: { minConfidence: 0 }, replicas: ['r1'] });
  assert.deepEqual([plan.header.entries, plan.header.expectedHitRate, [...plan.entries()]], [0, 0, []]);
});

test('what is known of one moment is not stretched over a long horizon', async () => {
  for (const [horizonMs, most] of [
    [hourMs, 6],
    [dayMs, 9],
    [60 * dayMs, 13],
    [36_500 * dayMs, 20],
  ] as const) {
    const once = await forecast(memoryHistory([{ timeMs: 5 * dayMs, key: 'a' }]), { ...options, horizonMs });
    assert.equal(once.report.calibration, 'none');
    assert.ok(valueAt(once.expectedReads, 0) <= most, `${once.expectedReads[0]}`);
    assert.ok(valueAt(once.confidence, 0) < 0.5, `${once.confidence[0]}`);
  }
});

test('a horizon as long as the history expects as much again, and a longer one more', async () => {
  const readsWithin = async (horizonMs: number) =>
    (await forecast(memoryHistory(week), { ...options, ...learned, horizonMs })).groupReads;
  const same = await readsWithin(7 * dayMs);
  assert.ok(Math.abs(same / week.length - 1) < 0.05, `${same} of ${week.length}`);
  const twice = await readsWithin(14 * dayMs);
  assert.ok(Math.abs(twice / same - (1 + Math.log(2))) < 0.05, `${twice} of ${same}`);
});

test('keys together expect what the group is forecast, however much of the history a horizon takes', async () => {
  const ten = steady(
    Array.from({ length: 60 }, (_, i) => 6 * 0.93 ** i),
    10,
  );
  for (const days of [3, 4, 5, 6, 12]) {
    const result = await forecast(memoryHistory(ten), {
      ...options,
      model: 'decay',
      horizonMs: days * dayMs,
    });
    const all = result.expectedReads.reduce((sum, reads) => sum + reads, 0);
    assert.ok(Math.abs(all / result.groupReads - 1) < 0.1, `${days} d: ${all} of ${result.groupReads}`);
  }
});
