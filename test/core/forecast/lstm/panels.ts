import type { Panel } from '../../../../src/core/forecast/panel/panel.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { poisson } from '../poisson.ts';

const hourMs = 3_600_000;

/** Hourly reads, ending at a midnight, drawn from Poissons of the given rates. */
export function hourlyPanel(
  keys: number,
  steps: number,
  rate: (key: number, step: number) => number,
  seed = 5,
): Panel {
  const random = seededRandom(seed);
  const reads = new Float32Array(keys * steps);
  const group = new Float64Array(steps);
  for (let key = 0; key < keys; key++) {
    for (let step = 0; step < steps; step++) {
      const count = poisson(rate(key, step), random);
      reads[key * steps + step] = count;
      group[step] = at(group, step) + count;
    }
  }
  return { keys, steps, stepMs: hourMs, endMs: Date.UTC(2024, 2, 4), reads, group };
}

/** Keys awake at different hours of the day. */
export function dailyRate(key: number, step: number): number {
  return (2 / (1 + key / 8)) * (1 + 0.95 * Math.sin((2 * Math.PI * (step + 6 * (key % 4))) / 24));
}

/** A value of an array; NaN past its end, so that what is compared with it fails. */
export function at(values: Float32Array | Float64Array, i: number): number {
  return values[i] ?? Number.NaN;
}
