import { inputCount } from './features.ts';
import { outputCount } from './heads.ts';
import { cellMultiplyAdds, type NetworkShape, networkShape } from './network.ts';
import { profileCount } from './profile.ts';

/** A work unit is a million multiply-adds. */
const unit = 1e6;
export const sequencesPerUpdate = 16;
/** More updates than this gain nothing that shows. */
const mostUpdates = 300;
/** With fewer the network has hardly left its offset: a smaller one, or fewer keys, come first. */
const leastUpdates = 60;
const hiddenSizes = [16, 12, 8];
/** Of the budget, that forecasts may take before the coldest keys are left out. */
const forecastShare = 0.4;
/** Each pass back costs as much as the pass forward by the rows' slopes and half as much again by the state's. */
const trainingFactor = 2.6;
/** Logarithms and sums of one key's features at one step. */
const featureMultiplyAdds = 300;

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

/** Decides by multiply-adds alone, so that the same panel and budget always give the same forecast. */
export function planWork(keys: number, steps: number, horizonSteps: number, workUnits: number): WorkPlan {
  const warmUp = Math.min(24, Math.floor((steps - horizonSteps) / 3));
  const window = Math.min(72, steps - horizonSteps);
  let plan: WorkPlan | undefined;
  for (const hidden of hiddenSizes) {
    const shape = networkShape(inputCount, hidden, outputCount);
    const look = outputCount * shape.row + horizonSteps * (profileCount + 8);
    const forward = window * cellMultiplyAdds(shape);
    const perKey = (forward + look + steps * featureMultiplyAdds) / unit;
    const perUpdate =
      (sequencesPerUpdate * (trainingFactor * forward + 2 * (window - warmUp) * look) + 10 * shape.size) /
      unit;
    const affordable = Math.min(keys, Math.floor((forecastShare * workUnits) / perKey));
    const updates = Math.min(mostUpdates, Math.floor((workUnits - affordable * perKey) / perUpdate));
    const cost = affordable * perKey + updates * perUpdate;
    plan = { shape, window, warmUp, keys: affordable, updates, workUnits: cost };
    if (affordable === keys && updates >= leastUpdates) break;
  }
  return plan!;
}
