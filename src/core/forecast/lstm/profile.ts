import type { Panel } from '../panel/panel.ts';
import { phaseCount } from './calendar.ts';
import type { Features } from './features.ts';
import { lagOf, sumsOf } from './series.ts';

/** Features of a step to be forecast: phases, place in the horizon (2), the group's and the key's usual reads at its phase (2 + 1). */
export const profileCount = phaseCount + 2 + 3;
const sharedCount = phaseCount + 2;

/**
 * What tells the steps of a horizon apart. Usual reads at a phase are means of the steps that lie whole cycles, and a horizon at
 * least, before: known at any origin from which the step is forecast. They reach `horizonSteps` past the panel's end.
 */
export interface Profiles {
  horizonSteps: number;
  /** `[step * sharedCount + i]`. */
  shared: Float32Array;
  /** `[key * (steps + horizonSteps) + step]`. */
  own: Float32Array;
  steps: number;
}

export function panelProfiles(panel: Panel, features: Features): Profiles {
  const { keys, steps, horizonSteps, calendar } = features;
  const reach = steps + horizonSteps;
  const day = lagOf(calendar.daySteps, horizonSteps);
  const week = lagOf(calendar.weekSteps, horizonSteps);
  const shared = new Float32Array(reach * sharedCount);
  const groupSums = new Float64Array(steps + 1);
  sumsOf(panel.group, groupSums);
  const byDay = usual(groupSums, day, calendar.daySteps, reach);
  const byWeek = usual(groupSums, week, calendar.weekSteps, reach);
  for (let step = 0; step < reach; step++) {
    calendar.phases(step, shared, step * sharedCount);
    shared[step * sharedCount + phaseCount] = byDay[step]!;
    shared[step * sharedCount + phaseCount + 1] = byWeek[step]!;
  }
  const own = new Float32Array(keys * reach);
  for (let key = 0; key < keys; key++) {
    const sums = features.sums.subarray(key * (steps + 1), (key + 1) * (steps + 1));
    own.set(usual(sums, day, calendar.daySteps, reach), key * reach);
  }
  return { horizonSteps, shared, own, steps };
}

/** Reads at a step's phase against the mean of all steps then known, as a logarithm; 0 where nothing is known. */
function usual(sums: Float64Array, lag: number, cycle: number, reach: number): Float32Array {
  const logs = new Float32Array(reach);
  if (lag === 0) return logs;
  const means = new Float64Array(reach);
  for (let step = lag; step < reach; step++) {
    const back = step - lag;
    const cycles = 1 + Math.floor(back / cycle);
    const reads = sums[back + 1]! - sums[back]!;
    means[step] = cycles === 1 ? reads : means[step - cycle]! + (reads - means[step - cycle]!) / cycles;
    const overall = sums[back + 1]! / (back + 1);
    // One read more at the overall rate, so that a few cycles of a cold key say little.
    logs[step] = overall > 0 ? Math.log((means[step]! * cycles + 1) / (overall * cycles + 1)) : 0;
  }
  return logs;
}

/** Writes the features of all steps of the horizon after `origin`: `[step * profileCount + i]`. */
export function writeProfile(
  { horizonSteps, shared, own, steps }: Profiles,
  key: number,
  origin: number,
  into: Float64Array,
): void {
  const ownAt = key * (steps + horizonSteps);
  for (let h = 0; h < horizonSteps; h++) {
    const step = origin + 1 + h;
    let at = h * profileCount;
    for (let i = 0; i < sharedCount; i++) into[at++] = shared[step * sharedCount + i]!;
    into[at++] = own[ownAt + step]!;
    const place = (h + 0.5) / horizonSteps;
    into[at++] = place - 0.5;
    into[at] = Math.exp(-6 * place);
  }
}
