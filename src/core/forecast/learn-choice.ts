import { tellingWindows } from './backtest/backtest.ts';
import { type Candidate, isLearned } from './backtest/candidates.ts';
import { bestDecays, choose } from './choose.ts';
import { featureCount } from './features/feature-rows.ts';
import type { Fitted } from './fitted.ts';
import type { ForecastInput } from './forecast-input.ts';
import { fitKeyRates, ratesFrom } from './key-rates.ts';
import { learn } from './learned/learn.ts';
import { decayRules, type ForecastModel, middleDecay, type SimpleRule } from './models.ts';
import { judgedShare } from './plan-size.ts';
import { writesFeature } from './predict.ts';
import type { Prepared } from './prepare.ts';
import type { ModelScore } from './report.ts';
import { birthsOf } from './series/births.ts';
import { type SeriesVerdict, trySeries } from './series-stage.ts';
import { fitFirstReads } from './timing/first-read-forest.ts';
import { firstReadRows } from './timing/first-read-rows.ts';

export interface LearnedChoice {
  fitted: Fitted;
  /** What the rates are fitted to, and the windows it was judged on. */
  rated: { candidate: Candidate; windows: number[] };
}

/** Learns forests, chooses a candidate by the backtest and fits the rates to it. `prepared` has rows of all origins of the grid. */
export async function learnChoice(input: ForecastInput, prepared: Prepared): Promise<LearnedChoice> {
  const { grid, threads, group, volume, size, store } = input;
  const { model, halfLifeMs, decayWeight, seed, timeBudget, onProgress } = input.options;
  const { rows } = prepared;
  const tuned = halfLifeMs === undefined ? undefined : nearestDecay(halfLifeMs, grid.horizonMs);
  const share = judgedShare(size);
  const bestDecay = tuned ? () => tuned : bestDecays(prepared, share);
  const decayUntil = (until: number): SimpleRule => bestDecay(until) ?? middleDecay;
  const decay = decayUntil(grid.origins.length);
  const learned = mayLearn(model)
    ? await learn(rows, prepared.shared, threads, {
        decayOf: (windows) => decayUntil(windows).needs[0] as number,
        seed,
        onProgress,
      })
    : undefined;
  const choice = choose(prepared, grid, {
    model,
    judgedShare: share,
    learned,
    decay,
    tuned: tuned !== undefined,
    decayWeight,
    volume,
    calibrated: input.options.everyCalibration ? 'every' : 'chosen',
  });
  const { candidate, from, models, windows, leads } = choice;
  const byKeys = isLearned(candidate) && candidate.learned.folds[0]?.half !== undefined;
  // What was judged on other keys of the same windows is too sure of itself: the decayed count tells how sure one can be.
  const rated = byKeys ? { candidate: { rule: decay }, windows: tellingWindows(rows) } : choice;
  const rates = fitKeyRates(rated.candidate, rows, rated.windows, grid, volume);
  const firstReads =
    learned &&
    fitFirstReads(
      firstReadRows(rated.candidate, rows, learned.bins, rated.windows, {
        grid,
        rates: ratesFrom(rates, grid, volume),
        group,
        volume,
      }),
      seed,
    );
  const series = await trySeries(
    {
      prepared,
      grid,
      candidate,
      decay,
      rates: ratesFrom(rates, grid, volume),
      volume,
      group,
      budgetShare: share,
    },
    { ...input.options, served: choice.served, hitRate: choice.hitRate, windows, budget: timeBudget },
  );
  const { bucketMs, horizonMs, originMs, first, fullEnd } = grid;
  const fitted: Fitted = {
    past: {
      originMs,
      bucketMs,
      horizonMs,
      first,
      end: fullEnd,
      reads: group.between(first, fullEnd),
      tunedHalfLifeMs: halfLifeMs,
      tunedDecayWeight: decayWeight,
      timeBudget,
    },
    candidate,
    from,
    decay,
    learned,
    firstReads,
    rates,
    judgedShare: share,
    writesFactor: writesFactor(prepared),
    series: series.taken,
    seriesReports: series.reports,
    births: birthsOf(rows, prepared.sample.known, store.keys, grid, group),
    backtest: {
      models: bestFirst(models, series),
      windows: choice.judgedOn,
      calibrationWindows: rated.windows.length,
      leads,
      judgedBy: byKeys ? 'keys' : 'time',
      rows: rows.count,
    },
  };
  return { fitted, rated: { candidate: rated.candidate, windows: rated.windows } };
}

/** A model of series takes the place of what it stands on. Those that could not be tested come last. */
function bestFirst(models: ModelScore[], { scores, taken }: SeriesVerdict): ModelScore[] {
  if (models.length === 0) return [];
  const base = taken
    ? models.map((score) => ({
        ...score,
        chosen: false,
        ...(score.chosen ? { reason: 'stands below' } : {}),
      }))
    : models;
  const worth = ({ served }: ModelScore) => (Number.isNaN(served) ? -1 : served);
  return [...base, ...scores].sort((a, b) => worth(b) - worth(a) || Number(b.chosen) - Number(a.chosen));
}

function mayLearn(model: ForecastModel): boolean {
  return model === 'auto' || model === 'learned';
}

function nearestDecay(halfLifeMs: number, horizonMs: number): SimpleRule {
  const distance = ({ halfLife = 1 }: SimpleRule) => Math.abs(Math.log((halfLife * horizonMs) / halfLifeMs));
  return decayRules.reduce((best, rule) => (distance(rule) < distance(best) ? rule : best));
}

/** What a decayed write meant in the windows of the backtest. */
function writesFactor({ rows }: Prepared): number {
  let scored = 0;
  for (let row = 0; row < rows.count; row++)
    scored += (rows.features[row * featureCount + writesFeature] as number) * (rows.weights[row] as number);
  // A steady rate, where there is no window: with a half-life of two horizons, a horizon's writes are ln 2 / 2 of the count.
  return scored > 0 ? rows.writesInAll / scored : Math.LN2 / 2;
}
