import { type Candidate, scoresAt } from './backtest/candidates.ts';
import {
  type ConfidenceCurve,
  clamp,
  confidenceAt,
  fitConfidence,
  noScore,
  type Outcome,
} from './confidence.ts';
import type { TrainingRows } from './learned/training-rows.ts';
import { expectedReads, fitRate, logShareOf, proportional, type RateFit } from './rate-fit.ts';
import type { TimeGrid } from './time-grid.ts';
import type { VolumeForecast } from './volume-forecast.ts';

/** The part of it that comes from the backtest. */
export interface FittedRates {
  fit: RateFit;
  /** Absent where the history is too short for a backtest. */
  confidence: ConfidenceCurve | undefined;
}

/** What turns a score into reads and a confidence. */
export interface KeyRates extends FittedRates {
  /** Reads of the group in `horizonBuckets` buckets from the origin. */
  volume: number;
  /** The horizon over the same in whole buckets. */
  horizonScale: number;
}

/** Fits the rates of the chosen candidate on these windows, none of which it was fitted to. */
export function fitKeyRates(
  chosen: Candidate,
  rows: TrainingRows,
  windows: number[],
  grid: TimeGrid,
  volume: VolumeForecast,
): FittedRates {
  const outcomes = windows.flatMap((origin) => outcomesAt(chosen, rows, origin, grid, volume));
  return {
    fit: outcomes.length > 0 ? fitRate(outcomes) : proportional,
    confidence: fitConfidence(outcomes),
  };
}

/** Fitted rates, with the volume that is forecast from the grid's origin. */
export function ratesFrom(fitted: FittedRates, grid: TimeGrid, volume: VolumeForecast): KeyRates {
  return {
    ...fitted,
    volume: volume.at(grid.originMs / grid.bucketMs, grid.fullEnd),
    horizonScale: grid.horizonMs / (grid.horizonBuckets * grid.bucketMs),
  };
}

/** What came of each row of a window, by what the candidate said of it. */
export function outcomesAt(
  chosen: Candidate,
  rows: TrainingRows,
  origin: number,
  grid: TimeGrid,
  volume: VolumeForecast,
): Outcome[] {
  const start = rows.starts[origin]!;
  const scores = scoresAt(chosen, rows, origin);
  const logVolume = Math.log(volume.at(grid.origins[origin]!));
  let scoreSum = 0;
  for (let i = 0; i < scores.length; i++) scoreSum += scores[i]! * rows.weights[start + i]!;
  return Array.from(scores, (score, i) => {
    const keys = rows.weights[start + i]!;
    const reads = rows.reads[start + i]!;
    return {
      logShare: logShareOfScore(score, scoreSum),
      logVolume,
      keys,
      reads: reads * keys,
      hits: reads > 0 ? keys : 0,
    };
  });
}

/** The forecast of every key. */
export interface KeyFigures {
  /** Reads within the horizon. */
  expectedReads: Float64Array;
  /** P(read within the horizon), within (0, 1); NaN where no confidence was fitted (see `uncalibratedConfidence`). */
  confidence: Float64Array;
}

/** `weights` say how many keys each score stands for; 1 where absent. */
export function forecastKeys(
  scores: Float32Array,
  rates: KeyRates,
  weights?: Float32Array | undefined,
): KeyFigures {
  const figures = {
    expectedReads: new Float64Array(scores.length),
    confidence: new Float64Array(scores.length),
  };
  let scoreSum = 0;
  for (let i = 0; i < scores.length; i++) scoreSum += scores[i]! * (weights?.[i] ?? 1);
  for (let i = 0; i < scores.length; i++) {
    const logShare = logShareOfScore(scores[i]!, scoreSum);
    const reads = expectedReads(rates.fit, logShare, rates.volume) * rates.horizonScale;
    figures.expectedReads[i] = reads;
    figures.confidence[i] = confidenceOf(logShare, rates);
  }
  return figures;
}

/** Gives a key other expected reads within whole buckets, and the confidence that a key of so many reads has. */
export function setExpectedReads(figures: KeyFigures, key: number, reads: number, rates: KeyRates): void {
  const least = Math.max(reads, 1e-9);
  figures.expectedReads[key] = reads * rates.horizonScale;
  const logShare = Math.max(noScore + 1, logShareOf(rates.fit, least, rates.volume));
  figures.confidence[key] = confidenceOf(logShare, rates);
}

function logShareOfScore(score: number, scoreSum: number): number {
  return score >= 2 ** -64 ? Math.log(score / scoreSum) : noScore;
}

function confidenceOf(logShare: number, { confidence, volume, horizonScale }: KeyRates): number {
  if (!confidence) return Number.NaN;
  const inBuckets = confidenceAt(confidence, logShare, Math.log(volume));
  return horizonScale === 1 ? inBuckets : clamp(1 - (1 - inBuckets) ** horizonScale);
}
