import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParameterName } from '../../../src/core/state/parameters.ts';
import { changedWorkloads } from './changed-workloads.ts';
import { JoinsOverTime } from './joins-over-time.ts';
import { mean } from './mean.ts';
import { changesAtJoin } from './workloads.ts';

/** Joins after the change: by the first a parameter is on its way, from the second on the hit rate is back. */
const [beginsWithin, recoversWithin] = [5, 8];
/** So much of what the best values are worth after the change is won back, and that is so much at least. */
const wonBack = 0.9;
const leastLoss = 0.1;

for (const [name, { stage, before, moves, after }] of Object.entries(changedWorkloads)) {
  test(`values that were good before a change (${name}) are left, and only after it, until tuned joins hit as with the best ones`, async (t) => {
    const joins = await JoinsOverTime.of(stage(1));
    t.after(() => joins.close());
    const untuned = await joins.fixed(before);
    const best = await joins.fixed(after);
    const steps: { join: number; name: ParameterName; words: string }[] = [];
    const tuned = await joins.tuned(before, (join, tunings) => {
      for (const { name, new: value } of tunings)
        if (value !== undefined) steps.push({ join, name, words: `${name} ${value} after join ${join}` });
    });
    const from = changesAtJoin + recoversWithin;
    const rates = [untuned, tuned, best].map((of) =>
      [mean(of, 0, changesAtJoin), mean(of, changesAtJoin, from), mean(of, from)].map((one) =>
        one.toFixed(3),
      ),
    );
    t.diagnostic(
      `before, within ${recoversWithin} joins, since: untuned, tuned, best after ${rates.join('; ')}`,
    );
    t.diagnostic(steps.map(({ words }) => words).join(', '));
    assert.ok(
      mean(untuned, 0, changesAtJoin) >= mean(best, 0, changesAtJoin) - 0.01,
      'good before the change',
    );
    assert.ok(mean(untuned, from) <= mean(best, from) - leastLoss, 'without tuning it does not recover');
    assert.ok(
      mean(tuned, from) - mean(untuned, from) >= wonBack * (mean(best, from) - mean(untuned, from)),
      'tuned it does',
    );
    const moved = steps.filter((step) => step.name === moves).map(({ join }) => join);
    assert.ok(
      moved.every((join) => join >= changesAtJoin),
      `${moves} stays until the change`,
    );
    assert.ok((moved[0] as number) < changesAtJoin + beginsWithin, `${moves} moves because of it`);
  });
}
