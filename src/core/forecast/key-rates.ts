import { type ConfidenceCurve, clamp, fitConfidence, noScore } from './confidence.ts';
import { middleHalfLife } from './decay-table.ts';
import { outcomesOf } from './half-life-choice.ts';
import { expectedReads, fitRate, logShareOf, proportional, type RateFit } from './rate-fit.ts';
import type { Scan } from './scan.ts';
import type { TimeGrid } from './time-grid.ts';
import { forecastVolume } from './volume-forecast.ts';

/** What turns a score into reads and a confidence. */
export interface KeyRates {
  /** Reads of the group in `horizonBuckets` buckets from the origin. */
  volume: number;
  volumeRule: string;
  /** Reads of the group in the window that begins at this bucket, as they were forecast then. */
  volumeAt(start: number): number;
  fit: RateFit;
  /** Absent where the history is too short for a backtest. */
  confidence: ConfidenceCurve | undefined;
  /** The horizon over the same in whole buckets. */
  horizonScale: number;
}

/** Fits the rates of the half-life with the index `chosen`, on the backtest's windows where it was `tested`. */
export function fitKeyRates(scan: Scan, grid: TimeGrid, chosen: number, tested: boolean): KeyRates {
  const volumeForecast = forecastVolume(scan.volume, grid);
  const outcomes = tested ? outcomesOf(scan.histograms[chosen]!, volumeForecast, grid) : [];
  return {
    volume: volumeForecast.at(grid.originMs / grid.bucketMs, grid.fullEnd),
    volumeRule: volumeForecast.rule,
    volumeAt: (start) => volumeForecast.at(start),
    fit: outcomes.length > 0 ? fitRate(outcomes) : proportional,
    confidence: fitConfidence(outcomes),
    horizonScale: grid.horizonMs / (grid.horizonBuckets * grid.bucketMs),
  };
}

/** The forecast of every key; the arrays run beside the scan's keys. */
export interface KeyFigures {
  /** Reads within the horizon. */
  expectedReads: Float64Array;
  /** P(read within the horizon), within (0, 1). */
  confidence: Float64Array;
  /** 1 where the figures come from ARIMA. */
  byArima: Uint8Array;
}

export function forecastKeys(scores: Float32Array, count: number, rates: KeyRates): KeyFigures {
  const figures = {
    expectedReads: new Float64Array(count),
    confidence: new Float64Array(count),
    byArima: new Uint8Array(count),
  };
  let scoreSum = 0;
  for (let i = 0; i < count; i++) scoreSum += scores[i]!;
  for (let i = 0; i < count; i++) {
    const logShare = logShareOfScore(scores[i]!, scoreSum);
    const reads = expectedReads(rates.fit, logShare, rates.volume) * rates.horizonScale;
    figures.expectedReads[i] = reads;
    figures.confidence[i] = confidenceOf(reads, logShare, rates);
  }
  return figures;
}

/** Gives a key other expected reads, and the confidence that a key of so many reads has. */
export function setExpectedReads(figures: KeyFigures, index: number, reads: number, rates: KeyRates): void {
  const logShare = logShareOf(rates.fit, reads / rates.horizonScale, rates.volume);
  figures.expectedReads[index] = reads;
  figures.confidence[index] = confidenceOf(reads, logShare, rates);
}

/** Scores that the backtest's histograms do not tell from zero are none here either. */
export function logShareOfScore(score: number, scoreSum: number): number {
  return score >= 2 ** -64 ? Math.log(score / scoreSum) : noScore;
}

function confidenceOf(
  reads: number,
  logShare: number,
  { confidence, volume, horizonScale }: KeyRates,
): number {
  if (!confidence) return clamp(-Math.expm1(-reads));
  const inBuckets = confidence(logShare, Math.log(volume));
  return horizonScale === 1 ? inBuckets : clamp(1 - (1 - inBuckets) ** horizonScale);
}

/** Writes in `horizonBuckets` buckets for a score of 1: from the backtest's totals, else as for a steady rate. */
export function writesPerScore({ writes }: Scan, grid: TimeGrid, halfLivesMs: number[]): number {
  if (writes.scored > 0) return writes.came / writes.scored;
  const halfLife = halfLivesMs[middleHalfLife]! / grid.bucketMs;
  return (
    (grid.horizonBuckets * (1 - 2 ** (-1 / halfLife))) / (1 - 2 ** (-(grid.end - grid.first) / halfLife))
  );
}
