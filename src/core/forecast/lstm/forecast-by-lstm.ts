import type { Panel, PanelForecast } from '../panel/panel.ts';
import { panelFeatures } from './features.ts';
import { centralInterval } from './negative-binomial.ts';
import { initialWeights } from './network.ts';
import { panelProfiles } from './profile.ts';
import { seededUniform } from './random.ts';
import { forecastSequence, newModel } from './sequence.ts';
import { train } from './train.ts';
import { planWork } from './work.ts';

export interface LstmOptions {
  seed: number;
  /** Budget in millions of multiply-adds. */
  workUnits: number;
  signal?: AbortSignal | undefined;
}

/** Below this many steps, or steps before the last horizon, there is nothing to learn. */
const leastSteps = 48;
const leastOrigins = 12;

export function forecastByLstm(
  panel: Panel,
  horizonSteps: number,
  { seed, workUnits, signal }: LstmOptions,
): PanelForecast {
  signal?.throwIfAborted();
  const { keys, steps } = panel;
  if (keys === 0) return nothingToSay(panel, horizonSteps, undefined);
  if (steps < leastSteps || steps - horizonSteps < leastOrigins)
    return nothingToSay(panel, horizonSteps, 'the series are too short');
  const plan = planWork(keys, steps, horizonSteps, workUnits);
  const uniform = seededUniform(seed);
  const features = panelFeatures(panel, plan.keys, horizonSteps);
  const profiles = panelProfiles(panel, features);
  const model = newModel(plan.shape, initialWeights(plan.shape, uniform), features, profiles, plan.window);
  train(model, plan, uniform, signal);
  const forecast = nothingToSay(panel, horizonSteps, undefined);
  for (let key = 0; key < plan.keys; key++) {
    signal?.throwIfAborted();
    const { logMean, logAlpha, shares } = forecastSequence(model, {
      key,
      start: steps - plan.window,
      length: plan.window,
      scoredFrom: 0,
    });
    const mean = Math.exp(logMean);
    for (let h = 0; h < horizonSteps; h++) forecast.expected[key * horizonSteps + h] = mean * shares[h]!;
    const { low, high } = centralInterval(mean, Math.exp(logAlpha));
    forecast.low[key] = low;
    forecast.high[key] = high;
  }
  forecast.report = {
    fitted: plan.keys,
    failed: 0,
    failure: undefined,
    workUnits: plan.workUnits,
    skipped: keys - plan.keys,
  };
  return forecast;
}

export function nothingToSay(
  { keys }: Panel,
  horizonSteps: number,
  failure: string | undefined,
): PanelForecast {
  return {
    horizonSteps,
    expected: new Float32Array(keys * horizonSteps).fill(Number.NaN),
    low: new Float32Array(keys).fill(Number.NaN),
    high: new Float32Array(keys).fill(Number.NaN),
    report: { fitted: 0, failed: failure === undefined ? 0 : keys, failure, workUnits: 0, skipped: 0 },
  };
}
