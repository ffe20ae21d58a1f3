import { type Candidate, scoresAt } from '../backtest/candidates.ts';
import { featureCount } from '../features/feature-rows.ts';
import type { GroupVolume } from '../group-volume.ts';
import { forecastKeys, type KeyRates } from '../key-rates.ts';
import type { TrainingRows } from '../learned/training-rows.ts';
import type { TimeGrid } from '../time-grid.ts';
import type { VolumeForecast } from '../volume-forecast.ts';
import { medianFirstReadShare } from './first-read.ts';
import type { FirstReadRows } from './first-read-forest.ts';
import { horizonIntensity } from './intensity.ts';

/** The rows of these windows whose key was read, with what would have been expected of them. */
export function firstReadRows(
  chosen: Candidate,
  rows: TrainingRows,
  bins: Uint8Array,
  windows: number[],
  {
    grid,
    rates,
    group,
    volume,
  }: { grid: TimeGrid; rates: KeyRates; group: GroupVolume; volume: VolumeForecast },
): FirstReadRows {
  const places: number[] = [];
  const expected: number[] = [];
  const half = windows[Math.floor(windows.length / 2)] ?? 0;
  let earlier = 0;
  for (const window of windows) {
    if (window === half) earlier = places.length;
    const origin = grid.origins[window]!;
    const then = { ...grid, originMs: origin * grid.bucketMs, fullEnd: origin };
    const intensity = horizonIntensity(group, then);
    const start = rows.starts[window]!;
    const weights = rows.weights.subarray(start, rows.starts[window + 1]!);
    const figures = forecastKeys(
      scoresAt(chosen, rows, window),
      { ...rates, volume: volume.at(origin) },
      weights,
    );
    for (let i = 0; i < weights.length; i++) {
      if (rows.reads[start + i]! === 0) continue;
      places.push(start + i);
      expected.push(intensity.timeOfShare(medianFirstReadShare(figures.expectedReads[i]!)) / grid.horizonMs);
    }
  }
  return {
    bins: gather(bins, rows.count, places),
    count: places.length,
    features: featureCount,
    came: Float32Array.from(places, (row) => rows.firstRead[row]!),
    expected: Float32Array.from(expected),
    weights: Float32Array.from(places, (row) => rows.weights[row]!),
    earlier,
  };
}

function gather(bins: Uint8Array, stride: number, places: number[]): Uint8Array {
  const taken = new Uint8Array(places.length * featureCount);
  for (let f = 0; f < featureCount; f++)
    for (let i = 0; i < places.length; i++) taken[f * places.length + i] = bins[f * stride + places[i]!]!;
  return taken;
}
