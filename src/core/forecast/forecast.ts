import { ForesyncError } from '../errors.ts';
import type { AccessHistory } from '../history/access-history.ts';
import { nameOf } from './choose.ts';
import { explainedColumns, type ForecastInside } from './explain/inside.ts';
import { featureCount } from './features/feature-rows.ts';
import type { Fitted } from './fitted.ts';
import { forecastKeys, type KeyFigures, ratesFrom, setExpectedReads } from './key-rates.ts';
import { askedFeatures } from './learned/asked-features.ts';
import type { ForecastModel } from './models.ts';
import type { TimeBudget } from './panel/time-budget.ts';
import { plannedShare, planSizeOf } from './plan-size.ts';
import { type Predicted, predict } from './predict.ts';
import type { OnForecastProgress } from './progress.ts';
import { inOrderOf } from './ranks.ts';
import type { ForecastReport } from './report.ts';
import { groupVolume } from './series/group-reads.ts';
import { loadSeries, type SeriesStore } from './series/series-store.ts';
import { readsBySeries, type SeriesReads } from './series-stage.ts';
import { type ChoiceStore, chooseOrReuse } from './stored/stored-choice.ts';
import { ForecastThreads } from './threads/forecast-threads.ts';
import { type TimeGrid, timeGrid } from './time-grid.ts';
import { horizonIntensity, type Intensity } from './timing/intensity.ts';
import { uncalibratedConfidence } from './uncalibrated.ts';
import { forecastVolume } from './volume-forecast.ts';

export interface ForecastOptions {
  horizonMs: number;
  /** Default: the time of the last event. */
  originMs?: number | undefined;
  model: ForecastModel;
  /** A tuned half-life, taken instead of the backtest's choice. */
  halfLifeMs?: number | undefined;
  /** A tuned weight of the decayed count beside the forests, taken instead of the backtest's choice; blends of other weights are then ruled out. */
  decayWeight?: number | undefined;
  /** What the plan will hold, so that the backtest scores what counts. */
  budgetKeys?: number | undefined;
  budgetBytes?: number | undefined;
  minConfidence?: number | undefined;
  /** Wins as donor where several replicas have read a key equally often. */
  leadReplica?: string | undefined;
  /** Where choices are kept from forecast to forecast; without it all is learned each time. */
  stored?: ChoiceStore | undefined;
  /** Learns anew, whatever is stored. */
  relearn?: boolean | undefined;
  /** Of everything random in the fits; the same seed gives the same forecast. */
  seed: number;
  timeBudget: TimeBudget;
  /** Threads to use, which their owner closes; without them the forecast has its own. One forecast at a time. */
  threads?: ForecastThreads | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: OnForecastProgress | undefined;
  /** Find the calibration error of every candidate of the backtest, not of the chosen one alone. */
  everyCalibration?: boolean | undefined;
  /** Learns anew and keeps what the explanation of a key needs; costs memory and little time. */
  explained?: boolean | undefined;
}

/** The arrays run beside the store's keys. */
export interface Forecast extends KeyFigures {
  originMs: number;
  horizonMs: number;
  seed: number;
  /** All keys known at the origin. */
  store: SeriesStore;
  /** The keys whose expected reads are those of a model of series. */
  bySeries: SeriesReads | undefined;
  /** What a key's expected reads come from, by its place. */
  modelOf(key: number): ForecastReport['chosen']['model'];
  expectedWrites: Float32Array;
  /** What moves the expected time of the first read, in shares of the horizon. */
  firstReadMoves: Float32Array;
  /** Reads of the group within the horizon, those of keys not yet born among them. */
  groupReads: number;
  intensity: Intensity;
  report: ForecastReport;
  /** Where `explained` was asked for. */
  inside: ForecastInside | undefined;
}

/**
 * Forecasts every key of the history by the model that served most reads in a rolling backtest, of this forecast or of an earlier
 * one whose choice still holds. The same history, options, seed and stored choice give the same forecast. Throws `history-empty` and `origin-before-history`.
 */
export async function forecast(history: AccessHistory, options: ForecastOptions): Promise<Forecast> {
  const grid = gridOf(history, options);
  const threads = options.threads ?? new ForecastThreads(options.signal);
  try {
    const preferredDonor = history.summary().replicas.indexOf(options.leadReplica ?? '');
    const store = await loadSeries(history, grid, { ...options, preferredDonor });
    return await forecastStore(store, grid, threads, options);
  } finally {
    if (threads !== options.threads) await threads.close();
  }
}

async function forecastStore(
  store: SeriesStore,
  grid: TimeGrid,
  threads: ForecastThreads,
  options: ForecastOptions,
): Promise<Forecast> {
  const group = groupVolume(store, grid);
  const volume = forecastVolume(group, grid);
  const size = planSizeOf(store, options);
  const use = await chooseOrReuse({ store, grid, threads, group, volume, size, options });
  const { candidate, decay, learned, firstReads, backtest, writesFactor } = use.fitted;
  const rates = ratesFrom(use.fitted.rates, grid, volume);
  const { onProgress } = options;
  const predicted = await predict(candidate, store.keys, threads, {
    learned,
    firstReads,
    features: options.explained ? explainedColumns(learned, candidate, grid) : [],
    onProgress,
  });
  const byKeys = backtest.judgedBy === 'keys';
  const scores = byKeys ? inOrderOf(predicted.scores, predicted.decayed) : predicted.scores;
  const figures = byKeys
    ? inStrictOrder(forecastKeys(scores, rates), predicted)
    : forecastKeys(scores, rates);
  const planned = plannedShare(size, figures.confidence);
  const { series } = use.fitted;
  const bySeries =
    series &&
    (await readsBySeries(
      series,
      { grid, group, budgetShare: planned, columns: store },
      { ...options, budget: options.timeBudget, decayed: predicted.decayed },
    ));
  bySeries?.keys.forEach((key, i) => {
    setExpectedReads(figures, key, bySeries.reads[i] as number, rates);
  });
  if (!rates.confidence) figures.confidence = uncalibratedConfidence(figures.expectedReads, grid);
  const said = new Set(bySeries?.keys);
  const chosen = nameOf(candidate, grid.horizonMs);
  const intensity = horizonIntensity(group, grid);
  return {
    originMs: grid.originMs,
    horizonMs: grid.horizonMs,
    seed: options.seed,
    store,
    ...figures,
    bySeries,
    modelOf: (key) => (bySeries && said.has(key) ? bySeries.model : chosen.model),
    expectedWrites: predicted.decayedWrites.map((writes) => writes * writesFactor * rates.horizonScale),
    firstReadMoves: predicted.firstReadMoves,
    groupReads: rates.volume * rates.horizonScale,
    intensity,
    report: {
      chosen,
      chosenFrom: use.stored ? 'stored' : use.fitted.from,
      learnedFrom: use.fitted.from,
      storedMs: use.stored ? use.fitted.past.originMs : undefined,
      relearned: use.relearned,
      halfLifeMs: options.halfLifeMs ?? (decay.halfLife ?? 1) * grid.horizonMs,
      halfLifeFrom:
        options.halfLifeMs !== undefined ? 'tuned' : backtest.windows > 0 ? 'backtest' : 'default',
      models: backtest.models,
      backtestWindows: backtest.windows,
      calibrationWindows: backtest.calibrationWindows,
      learnedAtMs: use.fitted.past.originMs,
      judgedShare: use.fitted.judgedShare,
      fellBack: fellBack(options.model, chosen.model, bySeries),
      judgedBy: backtest.judgedBy,
      calibration: rates.confidence ? 'isotonic' : 'none',
      volumeRule: volume.rule,
      cycle: intensity.cycle,
      learned: learned && {
        rows: backtest.rows,
        features: featureCount,
        asked: askedFeatures(learned.forests),
        firstReadShare: firstReads?.share ?? 0,
      },
      timeBudget: options.timeBudget,
      births: use.fitted.births,
      ...seriesReports(use.fitted, bySeries),
    },
    inside:
      options.explained && use.fresh
        ? {
            ...use.fresh,
            grid,
            volume,
            group,
            budgetShare: planned,
            decayed: predicted.decayed,
            learned,
            candidate,
            columns: predicted.columns,
          }
        : undefined,
  };
}

/** Where a model of series was only used, what it was worth was found out by an earlier forecast. */
function seriesReports(
  { seriesReports: { arima, lstm } }: Fitted,
  used: SeriesReads | undefined,
): Pick<ForecastReport, 'arima' | 'lstm'> {
  const keys = used?.keys.length ?? 0;
  return {
    arima: arima && { ...arima, keys: used?.model === 'arima' ? keys : 0 },
    lstm: lstm && { ...lstm, keys: used?.model === 'lstm' ? keys : 0 },
  };
}

/** Whether the model that was named could forecast nothing, so that another stands for it. */
function fellBack(named: ForecastModel, chosen: string, bySeries: SeriesReads | undefined): boolean {
  if (named === 'arima' || named === 'lstm') return !bySeries?.keys.length;
  return named !== 'auto' && named !== chosen;
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

function gridOf(history: AccessHistory, { originMs, horizonMs }: ForecastOptions): TimeGrid {
  const { firstMs, lastMs, keys } = history.summary();
  if (firstMs === undefined || lastMs === undefined) {
    throw new ForesyncError('data', 'history-empty', 'The access history is empty.', {
      hint: "Read access logs into it first: 'foresync analyze LOG...'.",
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
