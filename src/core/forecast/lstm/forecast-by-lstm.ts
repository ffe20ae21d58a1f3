import type { Panel, PanelForecast } from '../panel/panel.ts';
import { seededRandom } from '../seeded-random.ts';
import { panelFeatures } from './features.ts';
import type { Outlook } from './heads.ts';
import { centralInterval } from './negative-binomial.ts';
import { initialWeights } from './network.ts';
import { panelProfiles } from './profile.ts';
import { forecastSequence, newModel, type Sequence } from './sequence.ts';
import { train } from './train.ts';
import { planWork } from './work.ts';

export interface LstmOptions {
  seed: number;
  /** Budget in millions of multiply-adds: one core does some 800 a second. What 150 updates and the keys do not need is left. */
  workUnits: number;
  signal?: AbortSignal | undefined;
}

/** Below this many steps, or steps before the last horizon, there is nothing to learn. */
const leastSteps = 48;
const leastOrigins = 12;

/**
 * Forecasts the reads of a panel's keys by one LSTM that all keys share, trained on the panel itself (a global model as in Salinas et al.,
 * "DeepAR", 2020). It is direct, not rolled forward: at every step it gives the reads of the whole horizon that follows, as the mean
 * and dispersion of a negative binomial, and how they spread over the horizon's steps. One pass then serves any number of steps,
 * no error is fed back, and the interval is that of the sum, whose steps are far from independent. The network corrects the
 * logarithm of a decayed count, so that with little to learn from it stays near that.
 *
 * `low` and `high` are the 10 % and 90 % quantiles of that negative binomial: dispersion is the network's, by key. A key's steps add up
 * to its mean. NaN, with the reason in the report, where the series have fewer than 48 steps or fewer than 12 before the last
 * horizon; NaN without a failure for keys that the budget left out (`skipped`), the panel's last. Same panel, options and
 * seed give the same bytes. Throws the signal's reason when it trips.
 */
export function forecastByLstm(
  panel: Panel,
  horizonSteps: number,
  { seed, workUnits, signal }: LstmOptions,
): PanelForecast {
  signal?.throwIfAborted();
  const { keys, steps } = panel;
  const forecast = nothingToSay(panel, horizonSteps, undefined);
  if (keys === 0 || horizonSteps < 1) return forecast;
  if (steps < leastSteps || steps - horizonSteps < leastOrigins)
    return nothingToSay(panel, horizonSteps, 'the series are too short');
  const plan = planWork(keys, steps, horizonSteps, workUnits);
  forecast.report.skipped = keys - plan.keys;
  if (plan.keys === 0) return forecast;
  const uniform = seededRandom(seed);
  const features = panelFeatures(panel, plan.keys, horizonSteps);
  const profiles = panelProfiles(panel, features);
  const model = newModel(plan.shape, initialWeights(plan.shape, uniform), features, profiles, plan.window);
  train(model, plan, uniform, signal);
  forecast.report.workUnits = plan.workUnits;
  forecast.report.fitted = plan.keys;
  for (let key = 0; key < plan.keys; key++) {
    const outlook = forecastSequence(model, lastWindow(key, steps, plan.window));
    if (!Number.isFinite(outlook.logMean + outlook.logAlpha)) {
      forecast.report.failed++;
      forecast.report.failure = 'the training diverged';
    } else writeOutlook(forecast, key, outlook);
  }
  return forecast;
}

function lastWindow(key: number, steps: number, window: number): Sequence {
  return { key, start: steps - window, length: window, scoredFrom: 0 };
}

function writeOutlook(
  { horizonSteps, expected, low, high }: PanelForecast,
  key: number,
  { logMean, logAlpha, shares }: Outlook,
): void {
  const mean = Math.exp(logMean);
  for (let h = 0; h < horizonSteps; h++) expected[key * horizonSteps + h] = mean * shares[h]!;
  const interval = centralInterval(mean, Math.exp(logAlpha));
  low[key] = interval.low;
  high[key] = interval.high;
}

/** The forecast of a model that failed on all keys, or where `failure` is undefined, left them all alone. */
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
