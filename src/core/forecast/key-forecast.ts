import { medianFirstReadShare } from './timing/first-read.ts';
import { movedFirstRead } from './timing/first-read-forest.ts';
import type { Forecast } from './forecast.ts';

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
    expectedAtMs: Math.round(
      forecast.originMs + expectedShare * forecast.horizonMs,
    ),
    expectedReads,
    expectedWrites: forecast.expectedWrites[index]!,
    sizeBytes: Number.isNaN(sizeBytes) ? undefined : sizeBytes,
    donor: store.donors[index]!,
  };
}

/**
 * Places of the keys of enough confidence, best first: by expected reads, or by expected reads per byte where sizes are
 * given; of equal ones the key read last, then the first of the history.
 */
export function rankKeys(
  { confidence, expectedReads, store: { lastReadMs } }: Forecast,
  minConfidence: number,
  sizeOf?: (index: number) => number,
): Uint32Array {
  const value = sizeOf
    ? expectedReads.map((reads, index) => reads / Math.max(1, sizeOf(index)))
    : expectedReads;
  const places = new Uint32Array(value.length);
  let count = 0;
  for (let i = 0; i < value.length; i++) if (confidence[i]! >= minConfidence) places[count++] = i;
  return places.subarray(0, count).sort((a, b) => {
    if (value[a] !== value[b]) return value[b]! - value[a]!;
    if (lastReadMs[a] !== lastReadMs[b]) return lastReadMs[b]! > lastReadMs[a]! ? 1 : -1;
    return a - b;
  });
}
