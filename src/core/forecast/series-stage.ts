import {
  judgeSeries,
  leastScore,
  type SeriesBase,
  type SeriesJudgement,
  sumOf,
} from './backtest/series-backtest.ts';
import type { ForecastModel } from './models.ts';
import { buildPanel, panelSteps } from './panel/build-panel.ts';
import { marginalKeys } from './panel/marginal-keys.ts';
import { forecastSeries, panelKeys, type SeriesModel, seriesModels } from './panel/series-models.ts';
import { seriesShare, type TimeBudget } from './panel/time-budget.ts';
import type { OnForecastProgress } from './progress.ts';
import type { ModelScore, SeriesReport } from './report.ts';
import type { SeriesColumns } from './series/series-store.ts';

/** Earlier windows that a model of series is tried on: each costs as much as the plan's own. */
export const triedWindows = 2;
/** What it must gain there, in share of reads served, to be let into a plan. */
const worthwhile = 0.001;

export interface SeriesVerdict {
  scores: ModelScore[];
  reports: { arima?: SeriesReport; lstm?: SeriesReport };
  /** What earned a place in the plan, or was named. */
  taken: SeriesModel | undefined;
}

export interface SeriesTrialOptions {
  model: ForecastModel;
  /** What the base served, on its own windows. */
  served: number;
  hitRate: number;
  /** Windows that tell anything, oldest first. */
  windows: number[];
  budget: TimeBudget;
  seed: number;
  signal?: AbortSignal | undefined;
  onProgress?: OnForecastProgress | undefined;
}

/** Lets models of series compete, at earlier origins, for the keys around the plan's budget. */
export async function trySeries(base: SeriesBase, options: SeriesTrialOptions): Promise<SeriesVerdict> {
  const { model, seed, budget, signal, onProgress } = options;
  const verdict: SeriesVerdict = { scores: [], reports: {}, taken: undefined };
  const named = model === 'arima' || model === 'lstm';
  const wanted = seriesModels.filter((series) => model === 'auto' || series.model === model);
  const windows = apart(options.windows, base.grid).slice(-triedWindows);
  const found: { series: SeriesModel; judgement: SeriesJudgement; score: ModelScore }[] = [];
  for (const [done, series] of wanted.entries()) {
    onProgress?.({ step: 'series', done, all: wanted.length });
    const began = performance.now();
    const judgement = await withinClock(budget, signal, (ended) =>
      judgeSeries(series, windows, base, { seed, budget, forecasts: triedWindows + 1, signal: ended }),
    );
    const ms = performance.now() - began;
    const score = scoreOf(series, judgement, options, ms);
    verdict.scores.push(score);
    if (!judgement) continue;
    found.push({ series, judgement, score });
    const before = verdict.reports[series.model];
    const report = before ? sumOf([before, judgement.report]) : judgement.report;
    verdict.reports[series.model] = { ...report, keys: 0, ms: ms + (before?.ms ?? 0) };
  }
  // What fitted nothing has gained nothing and lost nothing: that does not make it the best of those that were named.
  const best = found
    .filter(({ judgement }) => fits(judgement))
    .sort((a, b) => b.judgement.served - a.judgement.served)[0];
  if (!best || (!named && !earned(best.judgement))) return verdict;
  best.score.chosen = true;
  best.score.reason = undefined;
  return { ...verdict, taken: best.series };
}

/** What takes the place of other expected reads. */
export interface SeriesReads {
  model: 'arima' | 'lstm';
  /** Places in the store, with the reads that are expected of them within whole buckets, and the central 80 % of them. */
  keys: Uint32Array;
  reads: Float64Array;
  low: Float32Array;
  high: Float32Array;
}

/** Forecasts the keys around the budget where the plan begins. Undefined where the clock ran out first. */
export function readsBySeries(
  series: SeriesModel,
  base: Omit<SeriesBase, 'prepared' | 'candidate' | 'decay' | 'rates' | 'volume'> & {
    columns: SeriesColumns;
  },
  options: {
    /** Decayed counts where the plan begins, by key. */
    decayed: Float32Array;
    budget: TimeBudget;
    seed: number;
    signal?: AbortSignal | undefined;
  },
): Promise<SeriesReads | undefined> {
  return withinClock(options.budget, options.signal, (signal) =>
    forecastNow(series, base, { ...options, signal }),
  );
}

async function forecastNow(
  series: SeriesModel,
  { grid, group, budgetShare, columns }: Parameters<typeof readsBySeries>[1],
  { decayed, budget, seed, signal }: Parameters<typeof readsBySeries>[2],
): Promise<SeriesReads> {
  const steps = panelSteps(grid);
  const cut = Math.max(1, columns.keys * budgetShare);
  const keys = marginalKeys(decayed, { cut, count: panelKeys, leastScore });
  const panel = buildPanel(keys, grid.end, steps, { columns, group, grid });
  const run = { seed, budget, forecasts: triedWindows + 1, signal };
  const { reads, forecast } = await forecastSeries(series, panel, steps.horizonSteps, run);
  const said = [...keys.keys()].filter((row) => Number.isFinite(reads[row]));
  return {
    model: series.model,
    keys: Uint32Array.from(said, (row) => keys[row] as number),
    reads: Float64Array.from(said, (row) => reads[row] as number),
    low: Float32Array.from(said, (row) => forecast.low[row] as number),
    high: Float32Array.from(said, (row) => forecast.high[row] as number),
  };
}

/** Undefined where the clock ran out before the work was done. */
async function withinClock<T>(
  { seconds, byClock }: TimeBudget,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T | undefined> {
  if (!byClock) return work(signal);
  const clock = AbortSignal.timeout(Math.max(1, Math.round((seconds * seriesShare * 1000) / 2)));
  try {
    return await work(signal ? AbortSignal.any([signal, clock]) : clock);
  } catch (error) {
    if (clock.aborted && !signal?.aborted) return undefined;
    throw error;
  }
}

function fits({ windows, report }: SeriesJudgement): boolean {
  return windows === 0 || report.fitted > report.failed;
}

/** Two windows are little proof, so none of them may speak against it. */
function earned({ windows, served, least }: SeriesJudgement): boolean {
  return windows === triedWindows && served > worthwhile && least >= 0;
}

function scoreOf(
  series: SeriesModel,
  judgement: SeriesJudgement | undefined,
  { served, hitRate }: SeriesTrialOptions,
  ms: number,
): ModelScore {
  const tested = judgement && judgement.windows > 0 && fits(judgement) ? judgement : undefined;
  return {
    model: series.model,
    ...(series.model === 'arima' ? { seasonal: series.seasonal } : {}),
    hitRate: hitRate + (tested?.hitRate ?? Number.NaN),
    served: served + (tested?.served ?? Number.NaN),
    calibrationError: undefined,
    ms,
    windows: judgement?.windows ?? 0,
    chosen: false,
    reason: judgement ? reasonOf(judgement) : 'out of time',
  };
}

function reasonOf({ served, windows, report }: SeriesJudgement): string {
  if (windows === 0) return 'no window to test';
  if (report.fitted === 0) return report.skipped > 0 ? 'beyond its budget' : 'no series to fit';
  if (report.failed === report.fitted) return `no fit: ${report.failure ?? 'none held'}`;
  if (served > worthwhile) return 'not in both windows';
  const points = (100 * Math.abs(served)).toFixed(2);
  return Math.abs(served) < 5e-5
    ? 'changed nothing'
    : `${served < 0 ? 'lost' : 'gained only'} ${points} points`;
}

/** The latest of the windows that do not overlap, oldest first. */
function apart(windows: number[], { origins, horizonBuckets }: SeriesBase['grid']): number[] {
  const taken: number[] = [];
  for (const window of [...windows].reverse()) {
    const next = taken[0];
    if (next === undefined || (origins[window] as number) + horizonBuckets <= (origins[next] as number))
      taken.unshift(window);
  }
  return taken;
}
