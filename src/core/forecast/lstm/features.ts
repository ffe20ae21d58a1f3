import type { Panel } from '../panel/panel.ts';
import { type Calendar, panelCalendar, phaseCount } from './calendar.ts';
import { decayed, lagOf, sumsOf } from './series.ts';

/** Half-lives of the decayed counts, in horizons; the first one is the level that the network corrects. */
const halfLives = [4, 0.5, 1.5, 16];
export const inputCount = 7 + (halfLives.length - 1) + phaseCount;
/** Reads in a horizon that a logarithm of reads starts from. */
const softening = 0.1;

/**
 * What the network sees of the panel's first keys. Everything at a step is known at the end of that step, in training
 * as in the forecast: a scale taken over the whole series would tell of the future.
 */
export interface Features {
  keys: number;
  steps: number;
  horizonSteps: number;
  calendar: Calendar;
  /** `[(key * steps + step) * inputCount + i]`. */
  inputs: Float32Array;
  /** `[key * steps + step]`: logarithm of the reads in the horizon after the step, by the decayed count. */
  levels: Float32Array;
  /** `[key * (steps + 1) + step]`: reads before the step. */
  sums: Float64Array;
}

/** `keys`: how many of the panel's keys to look at, from the first on. */
export function panelFeatures(panel: Panel, keys: number, horizonSteps: number): Features {
  const { steps } = panel;
  const calendar = panelCalendar(panel);
  const features: Features = {
    keys,
    steps,
    horizonSteps,
    calendar,
    inputs: new Float32Array(keys * steps * inputCount),
    levels: new Float32Array(keys * steps),
    sums: new Float64Array(keys * (steps + 1)),
  };
  const shared = groupInputs(panel, calendar, horizonSteps);
  const decays = halfLives.map(() => new Float64Array(steps));
  for (let key = 0; key < keys; key++) {
    const series = panel.reads.subarray(key * steps, (key + 1) * steps);
    const sums = features.sums.subarray(key * (steps + 1), (key + 1) * (steps + 1));
    sumsOf(series, sums);
    for (const [j, halfLife] of halfLives.entries()) decayed(sums, halfLife * horizonSteps, decays[j]!);
    writeKey(features, key, sums, decays, shared);
  }
  return features;
}

function writeKey(
  { steps, horizonSteps, calendar, inputs, levels }: Features,
  key: number,
  sums: Float64Array,
  decays: Float64Array[],
  shared: Float32Array,
): void {
  const dayLag = lagOf(calendar.daySteps, horizonSteps);
  const weekLag = lagOf(calendar.weekSteps, horizonSteps);
  const [level, ...others] = decays;
  let lastRead = -1;
  for (let step = 0; step < steps; step++) {
    const base = level![step]! * horizonSteps;
    const reads = sums[step + 1]! - sums[step]!;
    if (reads > 0) lastRead = step;
    const logBase = Math.log(base + softening);
    levels[key * steps + step] = logBase;
    let at = (key * steps + step) * inputCount;
    inputs[at++] = Math.log1p(reads / (1 + level![step]!));
    inputs[at++] = logBase / 4;
    inputs[at++] = Math.log1p((step - lastRead) / horizonSteps);
    for (const other of others) inputs[at++] = Math.log(other[step]! * horizonSteps + softening) - logBase;
    inputs[at++] = laggedRatio(sums, step, dayLag, horizonSteps, logBase);
    inputs[at++] = laggedRatio(sums, step, weekLag, horizonSteps, logBase);
    for (let i = 0; i < groupCount; i++) inputs[at++] = shared[step * groupCount + i]!;
  }
}

/** The reads of the same horizon one cycle ago, against the level; 0 where the panel does not reach back so far. */
function laggedRatio(
  sums: Float64Array,
  step: number,
  lag: number,
  horizonSteps: number,
  logBase: number,
): number {
  const from = step + 1 - lag;
  if (lag === 0 || from < 0) return 0;
  return Math.log(sums[from + horizonSteps]! - sums[from]! + softening) - logBase;
}

const groupCount = 2 + phaseCount;

/** The group's latest reads against its level, its same horizon a week ago, and the phase of the first step to be forecast. */
function groupInputs({ steps, group }: Panel, calendar: Calendar, horizonSteps: number): Float32Array {
  const sums = new Float64Array(steps + 1);
  sumsOf(group, sums);
  const level = new Float64Array(steps);
  decayed(sums, 4 * horizonSteps, level);
  const lag = lagOf(calendar.weekSteps, horizonSteps);
  const inputs = new Float32Array(steps * groupCount);
  for (let step = 0; step < steps; step++) {
    const at = step * groupCount;
    inputs[at] = Math.log1p((sums[step + 1]! - sums[step]!) / (1 + level[step]!));
    inputs[at + 1] = laggedRatio(
      sums,
      step,
      lag,
      horizonSteps,
      Math.log(level[step]! * horizonSteps + softening),
    );
    calendar.phases(step + 1, inputs, at + 2);
  }
  return inputs;
}
