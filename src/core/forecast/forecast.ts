import { ForesyncError } from '../errors.ts';
import type { AccessHistory } from '../history/access-history.ts';
import { tellingWindows } from './backtest/backtest.ts';
import { isLearned } from './backtest/candidates.ts';
import { bestDecay, choose, nameOf } from './choose.ts';
import { featureCount } from './features/feature-rows.ts';
import { fitKeyRates, forecastKeys, type KeyFigures } from './key-rates.ts';
import { askedFeatures } from './learned/asked-features.ts';
import { learn } from './learned/learn.ts';
import { decayRules, type ForecastModel, middleDecay, type SimpleRule } from './models.ts';
import { type Predicted, predict, writesFeature } from './predict.ts';
import { type Prepared, prepare } from './prepare.ts';
import type { OnForecastProgress } from './progress.ts';
import { inOrderOf } from './ranks.ts';
import type { ForecastReport } from './report.ts';
import { groupVolume } from './series/group-reads.ts';
import { loadSeries, type SeriesStore } from './series/series-store.ts';
import { ForecastThreads } from './threads/forecast-threads.ts';
import { type TimeGrid, timeGrid } from './time-grid.ts';
import { fitFirstReads } from './timing/first-read-forest.ts';
import { firstReadRows } from './timing/first-read-rows.ts';
import { horizonIntensity, type Intensity } from './timing/intensity.ts';
import { forecastVolume } from './volume-forecast.ts';

export interface ForecastOptions {
  horizonMs: number;
  /** Default: the time of the last event. */
  originMs?: number | undefined;
  model: ForecastModel;
  /** A tuned half-life, taken instead of the backtest's choice. */
  halfLifeMs?: number | undefined;
  /** What the plan will hold, so that the backtest scores what counts. */
  budgetKeys?: number | undefined;
  budgetBytes?: number | undefined;
  /** Wins as donor where several replicas have read a key equally often. */
  leadReplica?: string | undefined;
  /** Of everything random in the fits; the same seed gives the same forecast. */
  seed: number;
  signal?: AbortSignal | undefined;
  onProgress?: OnForecastProgress | undefined;
}

/** The arrays run beside the store's keys. */
export interface Forecast extends KeyFigures {
  originMs: number;
  horizonMs: number;
  seed: number;
  /** All keys known at the origin. */
  store: SeriesStore;
  expectedWrites: Float32Array;
  /** What moves the expected time of the first read, in shares of the horizon. */
  firstReadMoves: Float32Array;
  /** Reads of the group within the horizon, those of keys not yet born among them. */
  groupReads: number;
  intensity: Intensity;
  report: ForecastReport;
}

/** Share of the known keys that the backtest scores where the plan has no budget. */
const defaultBudgetShare = 0.2;
/** Rows that are learned from: more cost time and gained nothing on the traces that were tried. */
const rowLimit = 60_000;

/**
 * Forecasts every key of the history by the model that served most reads in a rolling backtest. The same history,
 * options and seed give the same forecast. Throws `history-empty` and `origin-before-history`.
 */
export async function forecast(history: AccessHistory, options: ForecastOptions): Promise<Forecast> {
  const grid = gridOf(history, options);
  const threads = new ForecastThreads(options.signal);
  try {
    const preferredDonor = history.summary().replicas.indexOf(options.leadReplica ?? '');
    const store = await loadSeries(history, grid, { ...options, preferredDonor });
    return await forecastStore(store, grid, threads, options);
  } finally {
    await threads.close();
  }
}

async function forecastStore(
  store: SeriesStore,
  grid: TimeGrid,
  threads: ForecastThreads,
  options: ForecastOptions,
): Promise<Forecast> {
  const { seed, onProgress } = options;
  const share = budgetShare(store, options);
  const prepared = await prepare(store, grid, threads, { rowLimit, seed, onProgress });
  const tuned =
    options.halfLifeMs === undefined ? undefined : nearestDecay(options.halfLifeMs, grid.horizonMs);
  const decayUntil = (until: number): SimpleRule => tuned ?? bestDecay(prepared, until, share) ?? middleDecay;
  const decay = decayUntil(grid.origins.length);
  const learned = mayLearn(options.model)
    ? await learn(prepared.rows, prepared.shared, threads, {
        decayOf: (windows) => decayUntil(windows).needs[0] as number,
        seed,
        onProgress,
      })
    : undefined;
  const group = groupVolume(store, grid);
  const volume = forecastVolume(group, grid);
  const choice = choose(prepared, grid, { model: options.model, budgetShare: share, learned, decay, volume });
  const { candidate } = choice;
  const byKeys = isLearned(candidate) && candidate.learned.folds[0]?.half !== undefined;
  // What was judged on other keys of the same windows is too sure of itself: the decayed count tells how sure one can be.
  const rated = byKeys ? { candidate: { rule: decay }, windows: tellingWindows(prepared.rows) } : choice;
  const rates = fitKeyRates(rated.candidate, prepared.rows, rated.windows, grid, volume);
  const firstReads =
    learned &&
    fitFirstReads(
      firstReadRows(rated.candidate, prepared.rows, learned.bins, rated.windows, {
        grid,
        rates,
        group,
        volume,
      }),
      seed,
    );
  const predicted = await predict(candidate, store.keys, threads, { learned, firstReads, onProgress });
  const scores = byKeys ? inOrderOf(predicted.scores, predicted.decayed) : predicted.scores;
  const intensity = horizonIntensity(group, grid);
  return {
    originMs: grid.originMs,
    horizonMs: grid.horizonMs,
    seed,
    store,
    ...(byKeys ? inStrictOrder(forecastKeys(scores, rates), predicted) : forecastKeys(scores, rates)),
    expectedWrites: expectedWrites(predicted, prepared, rates.horizonScale),
    firstReadMoves: predicted.firstReadMoves,
    groupReads: rates.volume * rates.horizonScale,
    intensity,
    report: {
      chosen: nameOf(candidate, grid.horizonMs),
      chosenFrom: choice.from,
      halfLifeMs: (decay.halfLife ?? 1) * grid.horizonMs,
      halfLifeFrom: tuned ? 'tuned' : choice.windows.length > 0 ? 'backtest' : 'default',
      models: choice.models,
      backtestWindows: choice.windows.length,
      judgedBy: byKeys ? 'keys' : 'time',
      calibration: rates.confidence ? 'isotonic' : 'poisson',
      volumeRule: volume.rule,
      cycle: intensity.cycle,
      learned: learned && {
        rows: prepared.rows.count,
        features: featureCount,
        asked: askedFeatures(learned.forests),
        firstReadShare: firstReads?.share ?? 0,
      },
      arima: undefined,
      lstm: undefined,
    },
  };
}

function mayLearn(model: ForecastModel): boolean {
  return model === 'auto' || model === 'learned';
}

function nearestDecay(halfLifeMs: number, horizonMs: number): SimpleRule {
  const distance = ({ halfLife = 1 }: SimpleRule) => Math.abs(Math.log((halfLife * horizonMs) / halfLifeMs));
  return decayRules.reduce((best, rule) => (distance(rule) < distance(best) ? rule : best));
}

/** Keys that share a decayed count are told apart by the score that orders them, by less than shows in any figure. */
function inStrictOrder(figures: KeyFigures, { scores }: Predicted): KeyFigures {
  let most = 0;
  for (const score of scores) most = Math.max(most, score);
  if (most > 0)
    for (let i = 0; i < scores.length; i++)
      figures.expectedReads[i]! *= 1 + 1e-6 * ((scores[i] as number) / most);
  return figures;
}

/** Decayed writes, times what a decayed write meant in the windows of the backtest. */
function expectedWrites(
  { decayedWrites }: Predicted,
  { rows }: Prepared,
  horizonScale: number,
): Float32Array {
  let scored = 0;
  for (let row = 0; row < rows.count; row++)
    scored += (rows.features[row * featureCount + writesFeature] as number) * (rows.weights[row] as number);
  // A steady rate, where there is no window: with a half-life of two horizons, a horizon's writes are ln 2 / 2 of the count.
  const factor = scored > 0 ? rows.writesInAll / scored : Math.LN2 / 2;
  return decayedWrites.map((writes) => writes * factor * horizonScale);
}

function gridOf(history: AccessHistory, { originMs, horizonMs }: ForecastOptions): TimeGrid {
  const { firstMs, lastMs, keys } = history.summary();
  if (firstMs === undefined || lastMs === undefined) {
    throw new ForesyncError('data', 'history-empty', 'The access history is empty.', {
      hint: 'Read access logs into it first: foresync analyze LOG...',
    });
  }
  if (originMs !== undefined && originMs < firstMs) {
    throw new ForesyncError(
      'data',
      'origin-before-history',
      `The access history begins after ${new Date(originMs).toISOString()}.`,
      {
        hint: `Its first event is of ${new Date(firstMs).toISOString()}; name a later time with --at.`,
      },
    );
  }
  return timeGrid({ bucketMs: history.bucketMs, firstMs, lastMs, keys }, originMs ?? lastMs, horizonMs);
}

function budgetShare({ keys, sizeBytes }: SeriesStore, { budgetKeys, budgetBytes }: ForecastOptions): number {
  let planned = budgetKeys ?? keys * defaultBudgetShare;
  if (budgetBytes !== undefined) {
    let sum = 0;
    let known = 0;
    for (const size of sizeBytes) {
      if (!(size > 0)) continue;
      sum += size;
      known++;
    }
    const fitting = known > 0 ? budgetBytes / (sum / known) : planned;
    planned = budgetKeys === undefined ? fitting : Math.min(planned, fitting);
  }
  return Math.min(1, planned / Math.max(1, keys));
}
