import type { Forecast } from './forecast.ts';
import type { ForecastReport } from './report.ts';
import { medianFirstReadShare } from './timing/first-read.ts';
import { movedFirstRead } from './timing/first-read-forest.ts';

export interface KeyForecast {
  key: string;
  confidence: number;
  /** Median of the first read, given that the key is read. */
  expectedAtMs: number;
  expectedReads: number;
  expectedWrites: number;
  sizeBytes: number | undefined;
  /** Index of the replica that read the key most, as the history counts them; −1 for a key without reads. */
  donor: number;
  /** What its expected reads come from. */
  model: ForecastReport['chosen']['model'];
}

export function keyForecast(forecast: Forecast, index: number): KeyForecast {
  const { store } = forecast;
  const expectedReads = forecast.expectedReads[index]!;
  const sizeBytes = store.sizeBytes[index]!;
  const byRate = forecast.intensity.timeOfShare(medianFirstReadShare(expectedReads)) / forecast.horizonMs;
  const expectedShare = movedFirstRead(byRate, forecast.firstReadMoves[index]!);
  return {
    key: store.names[index]!,
    confidence: forecast.confidence[index]!,
    expectedAtMs: Math.round(forecast.originMs + expectedShare * forecast.horizonMs),
    expectedReads,
    expectedWrites: forecast.expectedWrites[index]!,
    sizeBytes: Number.isNaN(sizeBytes) ? undefined : sizeBytes,
    donor: store.donors[index]!,
    model: forecast.modelOf(index),
  };
}
