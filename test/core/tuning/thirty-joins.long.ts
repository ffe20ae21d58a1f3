import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Parameters } from '../../../src/core/state/parameters.ts';
import { hourMs, JoinsOverTime } from './joins-over-time.ts';
import { mean } from './mean.ts';
import { stationary } from './workloads.ts';

const seeds = [1, 2, 3];
const atOnce = 5;
/** The best of six pairs of thresholds and prefetch timeouts. */
const best: Parameters = { prefetchTimeoutMs: hourMs };

for (const seed of seeds) {
  test(`of a workload that stays as it is (${seed}) no five tuned joins are worse than untuned ones by more than 0.01, from the defaults on or the best values`, async (t) => {
    const joins = await JoinsOverTime.of(stationary(seed));
    t.after(() => joins.close());
    const gained: number[] = [];
    for (const from of [{}, best]) {
      const untuned = await joins.fixed(from);
      const tuned = await joins.tuned(from);
      for (let join = 0; join < tuned.length; join += atOnce) {
        const [one, other] = [mean(tuned, join, join + atOnce), mean(untuned, join, join + atOnce)];
        assert.ok(one >= other - 0.01, `joins from ${join} on: ${one} in place of ${other}`);
      }
      gained.push(mean(tuned) - mean(untuned));
      t.diagnostic(`untuned ${mean(untuned).toFixed(3)}, tuned ${mean(tuned).toFixed(3)}`);
    }
    assert.ok(
      (gained[0] as number) >= 0.02,
      'from the defaults on, which do not fit, tuning is worth something',
    );
  });
}
