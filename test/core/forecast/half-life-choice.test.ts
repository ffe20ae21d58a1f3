import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forecast } from '../../../src/core/forecast/forecast.ts';
import { bestHalfLife } from '../../../src/core/forecast/half-life-choice.ts';
import { memoryHistory, type TestEvent } from './memory-history.ts';
import { seededRandom } from './random.ts';

const dayMs = 86_400_000;
const options = { horizonMs: dayMs, model: 'decay', arimaKeys: 0, budgetKeys: 20 } as const;

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
  const steady = traffic((_day, random) => Math.floor(300 * random() ** 1.3));
  const { report } = await forecast(memoryHistory(steady), options);
  assert.ok(report.halfLifeMs >= 8 * dayMs, `${report.halfLifeMs / dayMs} days`);
});

test('the backtest says what each half-life would have served', async () => {
  const steady = traffic((_day, random) => Math.floor(300 * random() ** 2));
  const { report } = await forecast(memoryHistory(steady), options);
  assert.equal(report.halfLives.length, 9);
  // The 20 hottest of 300 keys draw (20/300)^(1/2) of the reads.
  const longest = report.halfLives.at(-1)?.hitRate ?? 0;
  assert.ok(Math.abs(longest - Math.sqrt(20 / 300)) < 0.05, `${longest}`);
});

test('a tuned half-life is taken whatever the backtest says', async () => {
  const steady = traffic((_day, random) => Math.floor(300 * random()));
  const { report } = await forecast(memoryHistory(steady), { ...options, halfLifeMs: 3 * dayMs });
  assert.equal(report.halfLifeMs, 3 * dayMs);
  assert.equal(report.halfLifeFrom, 'tuned');
  assert.equal(report.halfLives.length, 10);
});

test('of equally good half-lives the longest is taken', () => {
  const scores = [0.5, 0.6, 0.6, 0.4].map((servedShare, i) => ({ halfLifeMs: i, servedShare, hitRate: 0 }));
  assert.equal(bestHalfLife(scores), 2);
  assert.equal(bestHalfLife([]), undefined);
});
