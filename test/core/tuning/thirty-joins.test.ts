import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Parameters } from '../../../src/core/state/parameters.ts';
import { hourMs, JoinsOverTime } from './joins-over-time.ts';
import { changesAtJoin, workloads } from './workloads.ts';

/** Values that hold for all thirty joins; the best of them is chosen in hindsight. All share the forecasts of the untuned joins. */
const fixedValues: readonly Parameters[] = [0.25, 0.5, 0.75].flatMap((minConfidence) => [
  { minConfidence },
  { minConfidence, prefetchTimeoutMs: hourMs },
]);
/** Joins after the change within which the tuned ones must be as good as the best fixed values. */
const recoversWithin = 5;
const recoveredWithin = 0.02;

for (const [name, workload] of Object.entries(workloads)) {
  if (name === 'stationary') continue;
  test(`after a change (${name}) tuned joins are back at the best fixed values within five joins`, async (t) => {
    const { untuned, tuned, best } = await compared(t, workload(1));
    const from = changesAtJoin + recoversWithin;
    assert.ok(mean(tuned, from) >= mean(best(from), from) - recoveredWithin);
    assert.ok(mean(tuned) >= mean(untuned) + 0.02, 'tuning is worth something');
  });
}

test('of a workload that stays as it is tuned joins are never worse than untuned ones by more than 0.01', async (t) => {
  const { untuned, tuned } = await compared(t, workloads.stationary(1));
  for (let from = 0; from < tuned.length; from += 5) {
    const five = (rates: readonly number[]) => mean(rates.slice(from, from + 5));
    assert.ok(five(tuned) >= five(untuned) - 0.01, `joins ${from} to ${from + 4}`);
  }
});

test('where the best values are set already, luck leads tuned joins no further away than 0.01', async (t) => {
  const joins = await JoinsOverTime.of(workloads.stationary(1));
  t.after(() => joins.close());
  const best = { prefetchTimeoutMs: hourMs };
  const rates = { untuned: mean(await joins.fixed(best)), tuned: mean(await joins.tuned(best)) };
  t.diagnostic(`untuned ${rates.untuned.toFixed(3)}, tuned ${rates.tuned.toFixed(3)}`);
  assert.ok(rates.tuned >= rates.untuned - 0.01);
});

async function compared(t: TestContext, stage: ReturnType<typeof workloads.stationary>) {
  const joins = await JoinsOverTime.of(stage);
  t.after(() => joins.close());
  const untuned = await joins.fixed({});
  const tuned = await joins.tuned();
  const fixed: number[][] = [];
  for (const values of fixedValues) fixed.push(await joins.fixed(values));
  const best = (from: number) => fixed.toSorted((one, other) => mean(other, from) - mean(one, from))[0] ?? [];
  const figures = [0, changesAtJoin, changesAtJoin + recoversWithin].map((from) => {
    const rates = [untuned, tuned, best(from)].map((one) => mean(one, from).toFixed(3));
    return `from join ${from}: untuned ${rates[0]}, tuned ${rates[1]}, best fixed ${rates[2]}`;
  });
  t.diagnostic(figures.join('; '));
  return { untuned, tuned, best };
}

function mean(rates: readonly number[], from = 0): number {
  const some = rates.slice(from);
  return some.reduce((sum, rate) => sum + rate, 0) / some.length;
}
