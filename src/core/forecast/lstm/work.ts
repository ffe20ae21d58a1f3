import { inputCount } from './features.ts';
import { outputCount } from './heads.ts';
import { cellMultiplyAdds, type NetworkShape, networkShape } from './network.ts';
import { profileCount } from './profile.ts';

/** A work unit is a million multiply-adds. */
const unit = 1e6;
export const sequencesPerUpdate = 16;
/** More updates than this were seen to gain nothing. */
const mostUpdates = 150;
/** With fewer the network has hardly left its offset: a smaller one, or fewer keys, come first. */
const leastUpdates = 60;
/** Larger networks, and longer windows, were no better on the traces that were tried. */
const hiddenSizes = [12, 8];
/** Steps that the backpropagation goes back, and those of them that only fill the state. */
const longestWindow = 48;
const longestWarmUp = 16;
/** Of the budget, that forecasts may take before the coldest keys are left out. */
const forecastShare = 0.4;
/** Each pass back costs as much as the pass forward by the rows' slopes and half as much again by the state's. */
const trainingFactor = 2.6;
/** Logarithms and sums of one key's features at one step. */
const featureMultiplyAdds = 300;
/** An exponential and a logarithm of a step's share. */
const shareMultiplyAdds = 8;
const adamMultiplyAdds = 10;

/** What a budget buys. */
export interface WorkPlan {
  shape: NetworkShape;
  /** Steps of a sequence, and how many of them fill the state before its first origin. */
  window: number;
  warmUp: number;
  keys: number;
  updates: number;
  /** What all of it costs, never above the budget. 0 where the budget buys nothing. */
  workUnits: number;
}

/**
 * Takes the largest network that can be trained and asked about every key; else the smallest one, for as many keys as the budget
 * allows. Decides by multiply-adds alone, so that the same panel and budget always give the same forecast.
 */
export function planWork(keys: number, steps: number, horizonSteps: number, workUnits: number): WorkPlan {
  const plans = hiddenSizes.map((hidden) => planFor(hidden, keys, steps, horizonSteps, workUnits));
  const trained = plans.filter(({ updates }) => updates >= leastUpdates);
  const plan = trained.find((candidate) => candidate.keys === keys) ?? trained.at(-1);
  return plan ?? { ...plans.at(-1)!, keys: 0, updates: 0, workUnits: 0 };
}

function planFor(
  hidden: number,
  keys: number,
  steps: number,
  horizonSteps: number,
  workUnits: number,
): WorkPlan {
  const shape = networkShape(inputCount, hidden, outputCount);
  const window = Math.min(longestWindow, steps - horizonSteps);
  const warmUp = Math.min(longestWarmUp, Math.floor(window / 3));
  const look = outputCount * shape.row + horizonSteps * (profileCount + shareMultiplyAdds);
  const forward = window * cellMultiplyAdds(shape);
  const perKey = (forward + look + steps * featureMultiplyAdds) / unit;
  const origins = 2 * (window - warmUp) * look;
  const perUpdate =
    (sequencesPerUpdate * (trainingFactor * forward + origins) + adamMultiplyAdds * shape.size) / unit;
  const affordable = Math.min(keys, Math.floor((forecastShare * workUnits) / perKey));
  const updates = Math.min(mostUpdates, Math.floor((workUnits - affordable * perKey) / perUpdate));
  const cost = affordable * perKey + updates * perUpdate;
  return { shape, window, warmUp, keys: affordable, updates, workUnits: cost };
}
