import { ForesyncError } from '../errors.ts';
import type { AccessHistory } from '../history/access-history.ts';
import { overrideByArima } from './arima-override.ts';
import type { ArimaReport } from './arima-stage.ts';
import { halfLifeFamily, middleHalfLife } from './decay-table.ts';
import { bestHalfLife, type HalfLifeScore, scoreHalfLives } from './half-life-choice.ts';
import { stepGrid } from './hot-keys.ts';
import { type Cycle, horizonIntensity, type Intensity } from './intensity.ts';
import { fitKeyRates, forecastKeys, type KeyFigures, writesPerScore } from './key-rates.ts';
import type { OnForecastProgress } from './progress.ts';
import { type Scan, scanHistory } from './scan.ts';
import { type TimeGrid, timeGrid } from './time-grid.ts';

export const forecastModels = ['auto', 'decay', 'arima'] as const;
export type ForecastModel = (typeof forecastModels)[number];

export interface ForecastOptions {
  horizonMs: number;
  /** Default: the time of the last event. */
  originMs?: number | undefined;
  model: ForecastModel;
  /** A tuned half-life, taken instead of the backtest's choice. */
  halfLifeMs?: number | undefined;
  /** How many of the hottest keys ARIMA is tried on. */
  arimaKeys: number;
  /** What the plan will hold, so that the backtest scores what counts. */
  budgetKeys?: number | undefined;
  budgetBytes?: number | undefined;
  /** Wins as donor where several replicas have read a key equally often. */
  leadReplica?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: OnForecastProgress | undefined;
}

export interface Forecast extends KeyFigures {
  originMs: number;
  horizonMs: number;
  /** All keys known at the origin. */
  keys: string[];
  scan: Scan;
  /** Writes within the horizon are `scan.writeScores` times this. */
  writesPerScore: number;
  /** Reads of the group within the horizon, those of keys not yet born among them. */
  groupReads: number;
  intensity: Intensity;
  report: ForecastReport;
}

export interface ForecastReport {
  halfLifeMs: number;
  halfLifeFrom: 'backtest' | 'tuned' | 'default';
  halfLives: HalfLifeScore[];
  backtestWindows: number;
  /** `poisson`: 1 − e^(−expected reads), where the history is too short for a backtest. */
  calibration: 'isotonic' | 'poisson';
  volumeRule: string;
  cycle: Cycle;
  arima: ArimaReport;
}

/** Share of the known keys that the backtest scores where the plan has no budget. */
const defaultBudgetShare = 0.2;

/**
 * Forecasts every key of the history: decayed counts with the half-life that served most reads in a rolling backtest,
 * and ARIMA for those of the hottest keys where it was nearer to what came. The same history and options give the same
 * forecast. Throws `history-empty` and `origin-before-history`.
 */
export async function forecast(history: AccessHistory, options: ForecastOptions): Promise<Forecast> {
  const grid = gridOf(history, options);
  const { halfLifeMs: tuned } = options;
  const halfLivesMs = [...halfLifeFamily(grid.horizonMs), ...(tuned === undefined ? [] : [tuned])];
  const steps = stepGrid(grid);
  const scan = await scanHistory(history, grid, {
    halfLivesMs,
    hotKeys: options.model === 'decay' ? 0 : options.arimaKeys,
    steps,
    preferredDonor: history.summary().replicas.indexOf(options.leadReplica ?? ''),
    signal: options.signal,
    onProgress: options.onProgress,
  });
  const halfLives = scoreHalfLives(
    halfLivesMs,
    scan.histograms,
    scan.volume,
    grid,
    budgetShare(scan, options),
  );
  const best = bestHalfLife(halfLives);
  const chosen = tuned === undefined ? (best ?? middleHalfLife) : halfLivesMs.length - 1;
  const rates = fitKeyRates(scan, grid, chosen, best !== undefined);
  const figures = forecastKeys(scan.scores[chosen]!, scan.keys.length, rates);
  const unconditionally = options.model === 'arima';
  const arima = await overrideByArima(figures, {
    scan,
    grid,
    steps,
    rates,
    chosen,
    unconditionally,
    signal: options.signal,
    onProgress: options.onProgress,
  });
  const intensity = horizonIntensity(scan.volume, grid);
  return {
    originMs: grid.originMs,
    horizonMs: grid.horizonMs,
    keys: scan.keys,
    ...figures,
    scan,
    writesPerScore: writesPerScore(scan, grid, halfLivesMs) * rates.horizonScale,
    groupReads: rates.volume * rates.horizonScale,
    intensity,
    report: {
      halfLifeMs: halfLivesMs[chosen]!,
      halfLifeFrom: tuned !== undefined ? 'tuned' : best === undefined ? 'default' : 'backtest',
      halfLives,
      backtestWindows: grid.origins.length,
      calibration: rates.confidence ? 'isotonic' : 'poisson',
      volumeRule: rates.volumeRule,
      cycle: intensity.cycle,
      arima,
    },
  };
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

function budgetShare(scan: Scan, { budgetKeys, budgetBytes }: ForecastOptions): number {
  const known = scan.keys.length;
  let keys = budgetKeys ?? known * defaultBudgetShare;
  if (budgetBytes !== undefined) {
    const sizes = scan.sizeBytes.subarray(0, known).filter((size) => size > 0);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    const fitting = sizes.length > 0 ? budgetBytes / mean : keys;
    keys = budgetKeys === undefined ? fitting : Math.min(keys, fitting);
  }
  return Math.min(1, keys / Math.max(1, known));
}
