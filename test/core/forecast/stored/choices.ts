import type { ForecastOptions } from '../../../../src/core/forecast/forecast.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import type { ChoiceStore } from '../../../../src/core/forecast/stored/stored-choice.ts';
import type { TestEvent } from '../memory-history.ts';
import { poisson } from '../poisson.ts';

export const dayMs = 86_400_000;
export const options: ForecastOptions = {
  horizonMs: dayMs,
  model: 'auto',
  seed: 1,
  timeBudget: { seconds: 0.1, byClock: false },
};

/** Choices in memory. */
export class KeptChoices implements ChoiceStore {
  readonly blobs = new Map<number, Uint8Array>();
  saves = 0;

  load(budgetClass: number): Uint8Array | undefined {
    return this.blobs.get(budgetClass);
  }

  save(budgetClass: number, blob: Uint8Array): void {
    this.blobs.set(budgetClass, blob);
    this.saves++;
  }
}

/**
 * Days of reads, and some writes, of keys of which a few are read often; which ones changes on the day `turnDay`.
 */
export function shop(days: number, turnDay = Number.POSITIVE_INFINITY): TestEvent[] {
  const keys = 120;
  const random = seededRandom(3);
  const events: TestEvent[] = [];
  for (let day = 0; day < days; day++) {
    const shift = day < turnDay ? 0 : keys / 2;
    for (let i = 0; i < keys; i++) {
      const key = `k${(i + shift) % keys}`;
      for (let n = poisson(6 * 0.95 ** i, random); n > 0; n--)
        events.push({ timeMs: (day + random()) * dayMs, key, op: n === 5 ? 'write' : 'read' });
    }
  }
  return events.sort((a, b) => a.timeMs - b.timeMs);
}
