import { isLearned } from '../backtest/candidates.ts';
import { featureCount } from '../features/feature-rows.ts';
import type { Forecast } from '../forecast.ts';
import { type KeyForecast, keyForecast } from '../key-forecast.ts';
import type { ModelName } from '../report.ts';
import { type CountInterval, countInterval } from './count-interval.ts';
import { type ForecastInside, rankedFeatures } from './inside.ts';
import { binsOf, featureRow, type KeyFeature, keyFeature } from './key-features.ts';
import { type KeySteps, keySteps, readsAhead } from './key-series.ts';
import { candidateScatter, forestForecasts, type ModelForecast, ruleForecasts } from './model-forecasts.ts';
import { pathContributions } from './path-contributions.ts';
import { seriesForecasts } from './series-forecasts.ts';

/** Why the forecast of a key is what it is. */
export interface KeyExplanation {
  figures: KeyForecast;
  /** Of the expected reads. */
  interval: CountInterval;
  /** 1 for the key with the most expected reads of all that are known; equal ones share the better place. */
  rank: number;
  knownKeys: number;
  past: KeySteps;
  /** Expected reads in equal parts of the horizon, in the order of time. */
  ahead: number[];
  chosen: ModelName;
  models: ModelForecast[];
  /** Those that the trees ask for most, or that the chosen rule needs. */
  features: KeyFeature[];
  /** Absent where no forest orders the keys. */
  contributions: KeyContributions | undefined;
}

export interface KeyContributions {
  /** Reads that the forests expect of a row that they learned from, on average (of the logarithms). */
  averageReads: number;
  /** What the forests expect of this key, the geometric mean over them. */
  forestReads: number;
  /** By how much each feature multiplies the reads of the average; what moves most first. */
  largest: { feature: KeyFeature; factor: number }[];
}

const shownContributions = 5;
const aheadParts = 24;

/** Explains the key at this place of the forecast, which must have been made with `explained`. Rejects when the signal trips. */
export async function explainKey(
  forecast: Forecast,
  key: number,
  signal?: AbortSignal,
): Promise<KeyExplanation> {
  const { inside, store, intensity, horizonMs, report } = forecast;
  if (!inside) throw new Error('the forecast was not made to be explained');
  const row = featureRow(inside, key);
  const bins = inside.learned && binsOf(row, inside.learned.edges);
  const figures = keyForecast(forecast, key);
  const { candidate, windows } = inside.rated;
  const { seed } = forecast;
  const series = await seriesForecasts(inside, key, { seed, budget: report.timeBudget, signal });
  const feature = (f: number) => keyFeature(f, row[f]!, inside.columns.get(f));
  return {
    figures,
    interval: countInterval(figures.expectedReads, candidateScatter(inside, candidate, windows)),
    rank: 1 + countAbove(forecast.expectedReads, figures.expectedReads),
    knownKeys: store.keys,
    past: keySteps(store, key, inside.grid),
    ahead: readsAhead(figures.expectedReads, intensity, horizonMs, aheadParts),
    chosen: report.chosen,
    models: [...forestForecasts(inside, bins, row), ...ruleForecasts(inside, report.models, key), ...series],
    features: rankedFeatures(inside.learned, inside.candidate).map(feature),
    contributions:
      isLearned(inside.candidate) && bins ? contributions(inside, row, bins, feature) : undefined,
  };
}

function contributions(
  { learned, prepared }: ForecastInside,
  row: Float32Array,
  bins: Uint8Array,
  feature: (f: number) => KeyFeature,
): KeyContributions | undefined {
  if (!learned) return undefined;
  const sum = new Float64Array(featureCount);
  let base = 0;
  const { forests } = learned;
  for (const forest of forests) {
    const found = pathContributions(forest, bins, row, prepared.rows, learned.bins);
    base += found.base / forests.length;
    for (let f = 0; f < featureCount; f++) sum[f]! += found.byFeature[f]! / forests.length;
  }
  const moved = sum.reduce((a, b) => a + b, 0);
  return {
    averageReads: Math.exp(base),
    forestReads: Math.exp(base + moved),
    largest: [...sum.keys()]
      .filter((f) => sum[f] !== 0)
      .sort((a, b) => Math.abs(sum[b]!) - Math.abs(sum[a]!))
      .slice(0, shownContributions)
      .map((f) => ({ feature: feature(f), factor: Math.exp(sum[f]!) })),
  };
}

function countAbove(values: Float64Array, value: number): number {
  let count = 0;
  for (const other of values) if (other > value) count++;
  return count;
}
