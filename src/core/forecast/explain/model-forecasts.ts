import { tellingWindows } from '../backtest/backtest.ts';
import type { Candidate } from '../backtest/candidates.ts';
import { nameOf } from '../choose.ts';
import { fitKeyRates, forecastKeys, outcomesAt, ratesFrom } from '../key-rates.ts';
import { logRates } from '../learned/learned-forest.ts';
import { type SimpleRule, simpleRules } from '../models.ts';
import { expectedReads } from '../rate-fit.ts';
import type { ModelName, ModelScore } from '../report.ts';
import { forestMasks } from '../trees/boost.ts';
import { type CountInterval, countInterval, type Scatter } from './count-interval.ts';
import { type ForecastInside, historyMs } from './inside.ts';

/** What one model alone expects of a key within the horizon. */
export interface ModelForecast extends CountInterval {
  /** Of a forest, `model` is `learned` and `forest` tells which. */
  name: ModelName & { forest?: string };
  expectedReads: number;
}

/** The best simple rule of each kind, each with rates fitted to the backtest as if it were chosen; best first where they could be tested. */
export function ruleForecasts(inside: ForecastInside, models: ModelScore[], key: number): ModelForecast[] {
  const { grid, prepared, volume, columns } = inside;
  const windows = tellingWindows(prepared.rows);
  return bestRules(inside, models).map((rule) => {
    const rates = ratesFrom(fitKeyRates({ rule }, prepared.rows, windows, grid, volume), grid, volume);
    const scores = rule.score((feature) => columns.get(feature)!);
    const mean = forecastKeys(scores, rates).expectedReads[key]!;
    const scatter = candidateScatter(inside, { rule }, windows);
    return {
      name: nameOf({ rule }, grid.horizonMs),
      expectedReads: mean,
      ...countInterval(mean, scatter),
    };
  });
}

/** Each forest by itself, scattered as on the windows that earlier forests of its kind did not know. */
export function forestForecasts(
  { learned, prepared, grid }: ForecastInside,
  bins: Uint8Array | undefined,
  row: Float32Array,
): ModelForecast[] {
  if (!learned || !bins) return [];
  const { rows } = prepared;
  const windows = tellingWindows(rows, learned.folds[0]?.from ?? 0);
  const scale = grid.horizonMs / (grid.horizonBuckets * grid.bucketMs);
  return learned.forests.map((forest, kind) => {
    const rate = logRates(
      forest,
      forestMasks(forest.forest),
      bins,
      1,
      () => row[forest.decayFeature]!,
      1,
    )[0]!;
    const scatter = { expected: [] as number[], came: [] as number[], weights: [] as number[] };
    for (const window of windows) {
      for (let r = rows.starts[window]!; r < rows.starts[window + 1]!; r++) {
        scatter.expected.push(Math.exp(learned.judged[kind]![r]!));
        scatter.came.push(rows.reads[r]!);
        scatter.weights.push(rows.weights[r]!);
      }
    }
    const mean = Math.exp(rate) * scale;
    return {
      name: { model: 'learned', forest: forest.kind },
      expectedReads: mean,
      ...countInterval(mean, scatter),
    };
  });
}

/** What a candidate, with rates fitted to these windows, expected in them, and what came. */
export function candidateScatter(inside: ForecastInside, candidate: Candidate, windows: number[]): Scatter {
  const { grid, prepared, volume } = inside;
  const { fit } = fitKeyRates(candidate, prepared.rows, windows, grid, volume);
  const outcomes = windows.flatMap((window) => outcomesAt(candidate, prepared.rows, window, grid, volume));
  return {
    expected: outcomes.map(({ logShare, logVolume }) => expectedReads(fit, logShare, Math.exp(logVolume))),
    came: outcomes.map(({ reads, keys }) => reads / keys),
    weights: outcomes.map(({ keys }) => keys),
  };
}

function bestRules({ grid }: ForecastInside, models: ModelScore[]): SimpleRule[] {
  const servedBy = (rule: SimpleRule) => {
    const name = nameOf({ rule }, grid.horizonMs);
    const same = (score: ModelScore) =>
      score.model === name.model && score.halfLifeMs === name.halfLifeMs && score.cycleMs === name.cycleMs;
    return models.find(same)?.served ?? Number.NaN;
  };
  const best = new Map<string, { rule: SimpleRule; served: number }>();
  for (const rule of simpleRules(historyMs(grid))) {
    const served = servedBy(rule);
    const found = best.get(rule.model);
    if (!found || served > found.served) best.set(rule.model, { rule, served });
  }
  return [...best.values()].sort((a, b) => b.served - a.served || 0).map(({ rule }) => rule);
}
