import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Parameters } from '../../../src/core/state/parameters.ts';
import type { Tuning } from '../../../src/core/tuning/try-steps.ts';
import { beganMs, hourMs, JoinsOverTime } from './joins-over-time.ts';
import { mean } from './mean.ts';
import { stageOf, zipf } from './workloads.ts';

const minuteMs = 60_000;
const joins = 6;

/** Joins of ten minutes that serve reads, whose logs so cover less than a hundredth of the plan's horizon. `heat`: how many times as many reads as else come at their hour. */
const served = (heat: number) =>
  JoinsOverTime.of(
    stageOf(1, (key, atMs) => (isBusy(atMs) ? heat : 1) * zipf(key), {
      ...{ keys: 200, rows: 4000, firstJoinDay: 4, joins, joinMs: 10 * minuteMs, isServed: true },
    }),
  );

const isBusy = (atMs: number) => Math.floor((atMs - beganMs) / hourMs) % 24 === 9;

async function tuned(stage: JoinsOverTime, from: Parameters) {
  const all: Tuning[] = [];
  const rates = await stage.tuned(from, (_, tunings) => all.push(...tunings));
  return { rates, all, steps: all.filter((tuning) => tuning.new !== undefined) };
}

test('a served join of minutes moves what its reads bear out: budget and prefetch timeout', async (t) => {
  const stage = await served(240);
  t.after(() => stage.close());
  for (const [name, from] of [
    ['prefetchTimeoutMs', { prefetchTimeoutMs: 10_000 }],
    ['budgetKeys', { budgetKeys: 100 }],
  ] as const) {
    const { rates, steps } = await tuned(stage, from);
    const untuned = await stage.fixed(from);
    t.diagnostic(`${name}: ${steps.map((step) => `${step.name} ${step.new}`).join(', ')}`);
    t.diagnostic(`untuned ${mean(untuned).toFixed(3)}, tuned at last ${mean(rates, joins - 2).toFixed(3)}`);
    assert.ok(steps.filter((step) => step.name === name).length >= 2);
    assert.ok(mean(rates, joins - 2) > mean(untuned, joins - 2) + 0.005);
  }
});

test('with few reads until in sync it moves nothing, and says how many it takes', async (t) => {
  const stage = await served(4);
  t.after(() => stage.close());
  const { all, steps } = await tuned(stage, { prefetchTimeoutMs: 10_000 });
  assert.deepEqual(steps, []);
  const timeout = all.filter(({ name }) => name === 'prefetchTimeoutMs');
  for (const { reason } of timeout)
    assert.match(reason, /^the log has \d+ reads .* it takes 200 to judge by$/);
});
