import { seededRandom } from '../../../src/core/forecast/seeded-random.ts';
import type { TestEvent } from './memory-history.ts';
import { poisson } from './poisson.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** So little that fits of series take no time to speak of. */
export const timeBudget = { seconds: 0.2, byClock: false };

/** Days of reads at steady rates: key kI is read `rates[I]` times a day in the mean. */
export function steady(rates: number[], days: number, seed = 1): TestEvent[] {
  const random = seededRandom(seed);
  const events: TestEvent[] = [];
  for (let day = 0; day < days; day++) {
    for (const [i, rate] of rates.entries()) {
      for (let n = poisson(rate, random); n > 0; n--)
        events.push({ timeMs: (day + random()) * dayMs, key: `k${i}` });
    }
  }
  return events.sort((a, b) => a.timeMs - b.timeMs);
}
