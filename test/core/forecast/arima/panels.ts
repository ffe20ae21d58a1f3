import assert from 'node:assert/strict';
import type { Panel } from '../../../../src/core/forecast/panel/panel.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { poisson } from '../poisson.ts';

export const hourMs = 3_600_000;

/** A panel of hourly steps whose reads `rate(key, step)` gives; the group is the sum of the keys. */
export function panelOf(keys: number, steps: number, rate: (key: number, step: number) => number): Panel {
  const reads = new Float32Array(keys * steps);
  for (let key = 0; key < keys; key++) {
    for (let step = 0; step < steps; step++) reads[key * steps + step] = rate(key, step);
  }
  const group = Float64Array.from({ length: steps }, (_, step) => {
    let sum = 0;
    for (let key = 0; key < keys; key++) sum += valueAt(reads, key * steps + step);
    return sum;
  });
  return { keys, steps, stepMs: hourMs, endMs: steps * hourMs, reads, group };
}

/** A day with its peak at `peak` o'clock and hardly a read twelve hours later. */
export function dailyRate(mean: number, peak: number): (step: number) => number {
  return (step) => mean * (1 + 0.95 * Math.cos((2 * Math.PI * (step - peak)) / 24));
}

/** Keys of two kinds, by turns: read by day and read by night. */
export function dayAndNight(keys: number, steps: number, mean: number, seed = 3): Panel {
  const random = seededRandom(seed);
  const byDay = dailyRate(mean, 12);
  const byNight = dailyRate(mean, 0);
  return panelOf(keys, steps, (key, step) => poisson((key % 2 === 0 ? byDay : byNight)(step), random));
}

export function valueAt(values: ArrayLike<number>, index: number): number {
  const value = values[index];
  assert.ok(value !== undefined, `nothing at ${index}`);
  return value;
}
