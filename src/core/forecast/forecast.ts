import { ForesyncError } from '../errors.ts';
import type { AccessHistory } from '../history/access-history.ts';
import { best, type Judgement, judge, tellingWindows } from './backtest/backtest.ts';
import { type Candidate, candidatesOf, isLearned } from './backtest/candidates.ts';
import { featureCount, featureNames } from './features/feature-rows.ts';
import { birthOrder, naturalOrder } from './features/key-order.ts';
import { type Cycle, horizonIntensity, type Intensity } from './timing/intensity.ts';
import { fitKeyRates, forecastKeys, type KeyFigures } from './key-rates.ts';
import { blend } from './learned/blend.ts';
import { type Learned, learn } from './learned/learn.ts';
import { sampleRows } from './learned/row-sample.ts';
import { type TrainingRows, trainingRows } from './learned/training-rows.ts';
import { type ForecastModel, middleDecay, type SimpleRule, decayRules } from './models.ts';
import type { OnForecastProgress } from './progress.ts';
import { groupVolume } from './series/group-reads.ts';
import { loadSeries, type SeriesStore } from './series/series-store.ts';
import { emptySignals } from './series/signals.ts';
import type { ForecastTask, Shared } from './threads/forecast-tasks.ts';
import { ForecastThreads } from './threads/forecast-threads.ts';
import { type FirstReadForest, fitFirstReads } from './timing/first-read-forest.ts';
import { firstReadRows } from './timing/first-read-rows.ts';
import { type TimeGrid, timeGrid } from './time-grid.ts';
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
  /** Default 1. */
  seed?: number | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: OnForecastProgress | undefined;
}

/** The arrays run beside the store's keys. */
export interface Forecast extends KeyFigures {
  originMs: number;
  horizonMs: number;
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

export interface ForecastReport {
  chosen: Judgement | undefined;
  judgements: Judgement[];
  backtestWindows: number;
  volumeRule: string;
  cycle: Cycle;
}

const defaultBudgetShare = 0.2;
const rowLimit = 60_000;
const writesFeature = featureNames.indexOf('writes, half-life 2H');

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

const T = process.env.FT ? (label: string, since: { t: number }) => { const now = performance.now(); console.error(label, (now - since.t).toFixed(0)); since.t = now; } : () => {};

async function forecastStore(
  store: SeriesStore,
  grid: TimeGrid,
  threads: ForecastThreads,
  options: ForecastOptions,
): Promise<Forecast> {
  const since = { t: performance.now() };
  const shared = share(store, grid);
  threads.share(shared);
  T('orders', since);
  await threads.run(rangesOf(store.keys, 8).map(([start, end]): ForecastTask => ({ do: 'signals', start, end })));
  T('signals', since);
  const sample = sampleRows(store, grid.origins, shared.signals, { limit: rowLimit, seed: options.seed ?? 1 });
  const rows = trainingRows(store, sample, grid.origins, grid.horizonBuckets);
  T('sample', since);
  await threads.run(grid.origins.map((_, origin): ForecastTask => ({ do: 'features', origin, rows })));
  T('features', since);
  const budget = { budgetShare: budgetShare(store, options), known: sample.known };
  const decayOn = (windows: number[]) =>
    best(decayRules.map((rule) => judge({ rule }, rows, windows, budget)));
  const decayUntil = (until: number): SimpleRule => {
    const found = decayOn(tellingWindows(rows).filter((window) => window < until))?.candidate;
    return found && 'rule' in found && until > 0 ? found.rule : middleDecay;
  };
  const learned = await learn(rows, shared, threads, {
    decayOf: (windows) => decayUntil(windows).needs[0]!,
    seed: options.seed ?? 1,
    onProgress: options.onProgress,
  });
  T('learn', since);
  const windows = tellingWindows(rows, learned ? learned.folds[0]!.from : 0);
  const all = tellingWindows(rows);
  const bestDecay = decayUntil(grid.origins.length);
  const judgements = windows.length === 0 ? [] : candidatesOf(learned, bestDecay, (grid.fullEnd - grid.first) * grid.bucketMs).map((c) => judge(c, rows, windows, budget));
  const chosen = best(judgements);
  const candidate = chosen?.candidate ?? { rule: middleDecay };
  T('judge', since);
  const volumeForecast = forecastVolume(groupVolume(store, grid), grid);
  const rates = fitKeyRates(candidate, rows, isLearned(candidate) ? windows : all, grid, volumeForecast);
  T('rates', since);
  const group = groupVolume(store, grid);
  const judgedOn = isLearned(candidate) ? windows : all;
  const firstReads = learned && fitFirstReads(firstReadRows(candidate, rows, learned.bins, judgedOn, { grid, rates, group, volume: volumeForecast }), 1);
  if (process.env.FT) console.error('first reads', firstReads?.share);
  T('first reads', since);
  const { scores, writes, moves } = await predict(candidate, learned, firstReads, store, threads);
  T('predict', since);
  const figures = forecastKeys(scores, rates);
  const factor = writesFactor(store, rows, grid) * rates.horizonScale;
  const intensity = horizonIntensity(groupVolume(store, grid), grid);
  T('rest', since);
  return {
    originMs: grid.originMs,
    horizonMs: grid.horizonMs,
    store,
    ...figures,
    expectedWrites: writes.map((w) => w * factor),
    firstReadMoves: moves,
    groupReads: rates.volume * rates.horizonScale,
    intensity,
    report: {
      chosen,
      judgements,
      backtestWindows: windows.length,
      volumeRule: volumeForecast.rule,
      cycle: intensity.cycle,
    },
  };
}

async function predict(candidate: Candidate, known: Learned | undefined, firstReads: FirstReadForest | undefined, store: SeriesStore, threads: ForecastThreads) {
  const learned: Learned | undefined = isLearned(candidate) ? candidate.learned : undefined;
  const rule = isLearned(candidate) ? candidate.decay : candidate.rule;
  const wanted = [...new Set([...rule.needs, writesFeature])];
  const forests = learned?.forests ?? [];
  const into = [...forests, ...wanted, 0].map(() => new Float32Array(new SharedArrayBuffer(Math.max(1, store.keys) * 4)).subarray(0, store.keys));
  await threads.run(
    rangesOf(store.keys, 2).map(([start, end]): ForecastTask => ({ do: 'predict', start, end, edges: known?.edges ?? [], forests, firstReads: firstReads?.forest ?? [], wanted, into })),
  );
  const column = (feature: number) => into[forests.length + wanted.indexOf(feature)]!;
  const decayed = rule.score(column);
  const scores = isLearned(candidate)
    ? blend({ forests: into.slice(0, forests.length), decayed, decayWeight: candidate.decayWeight })
    : decayed;
  const share = firstReads?.share ?? 0;
  return { scores, writes: column(writesFeature), moves: into.at(-1)!.map((move) => move * share) };
}

function share(store: SeriesStore, grid: TimeGrid): Shared {
  const { names, ...columns } = store;
  const natural = naturalOrder(names);
  const origins = [...grid.origins, grid.end];
  return {
    columns,
    orders: { natural: inSharedMemory(natural), birth: inSharedMemory(birthOrder(store.firstMs, natural)) },
    scale: { bucketMs: grid.bucketMs, horizonBuckets: grid.horizonBuckets, spanBuckets: grid.end - grid.first },
    origins,
    signals: emptySignals(store.keys, origins.length),
  };
}

function inSharedMemory(values: Uint32Array): Uint32Array {
  const copy = new Uint32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

function writesFactor(store: SeriesStore, rows: TrainingRows, grid: TimeGrid): number {
  void store;
  void grid;
  let scored = 0;
  for (let row = 0; row < rows.count; row++) scored += rows.features[row * featureCount + writesFeature]! * rows.weights[row]!;
  return scored > 0 ? 0 : 0;
}

function rangesOf(count: number, parts: number): [start: number, end: number][] {
  const size = Math.max(1, Math.ceil(count / parts));
  const ranges: [number, number][] = [];
  for (let start = 0; start < count; start += size) ranges.push([start, Math.min(count, start + size)]);
  return ranges;
}

function gridOf(history: AccessHistory, { originMs, horizonMs }: ForecastOptions): TimeGrid {
  const { firstMs, lastMs } = history.summary();
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
  return timeGrid({ bucketMs: history.bucketMs, firstMs, lastMs }, originMs ?? lastMs, horizonMs);
}

function budgetShare(store: SeriesStore, { budgetKeys, budgetBytes }: ForecastOptions): number {
  let keys = budgetKeys ?? store.keys * defaultBudgetShare;
  if (budgetBytes !== undefined) {
    const sizes = store.sizeBytes.filter((size) => size > 0);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    const fitting = sizes.length > 0 ? budgetBytes / mean : keys;
    keys = budgetKeys === undefined ? fitting : Math.min(keys, fitting);
  }
  return Math.min(1, keys / Math.max(1, store.keys));
}
