import type { GroupVolume } from './group-volume.ts';
import type { TimeGrid } from './time-grid.ts';

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
/** Windows of the past on which the rules are compared. */
const maxTrials = 28;

/** Forecasts the group's reads in the window that begins at bucket `start`, from what lies before bucket `known`. */
type VolumeRule = (start: number, known: number) => number | undefined;

export interface VolumeForecast {
  /** Which rule the past was best told by. */
  rule: string;
  /** Reads of the group in a horizon that begins at bucket `start`, from what lies before it; always above zero. */
  at(start: number, known?: number): number;
}

/**
 * Chooses among seasonal and recent averages by their mean absolute error over earlier windows. A rule that cannot
 * look back far enough for half of the windows is out.
 */
export function forecastVolume(volume: GroupVolume, grid: TimeGrid): VolumeForecast {
  const { horizonBuckets, fullEnd, first } = grid;
  const rules = volumeRules(volume, grid);
  const starts: number[] = [];
  for (let s = fullEnd - horizonBuckets; s > first && starts.length < maxTrials; s -= horizonBuckets)
    starts.push(s);
  let best = rules.mean;
  let name = 'mean';
  let bestError = Number.POSITIVE_INFINITY;
  for (const [candidate, rule] of Object.entries(rules)) {
    const error = meanError(rule, starts, volume, horizonBuckets);
    if (error < bestError) [best, name, bestError] = [rule, candidate, error];
  }
  const past = Math.max(1, grid.end - first);
  const mean = (volume.between(first, grid.end) / past) * lasting(horizonBuckets, past);
  const least = Math.max(1e-6, 0.02 * mean);
  // No window of the past is as long, so there is nothing to choose by.
  if (horizonBuckets > past) return { rule: 'mean', at: () => Math.max(least, mean) };
  return {
    rule: name,
    at: (start, known = start) => Math.max(least, best(start, known) ?? mean),
  };
}

function volumeRules(
  volume: GroupVolume,
  { bucketMs, horizonBuckets, first }: TimeGrid,
): Record<'mean', VolumeRule> & Record<string, VolumeRule> {
  const recent =
    (windows: number): VolumeRule =>
    (_start, known) => {
      const from = known - windows * horizonBuckets;
      return from < first ? undefined : volume.between(from, known) / windows;
    };
  const seasonal =
    (periodMs: number, periods: number): VolumeRule =>
    (start, known) => {
      const period = periodMs / bucketMs;
      if (period < 1) return undefined;
      let shift = Math.ceil((start + horizonBuckets - known) / period) * period;
      let sum = 0;
      for (let i = 0; i < periods; i++, shift += period) {
        if (start - shift < first) return undefined;
        sum += volume.between(start - shift, start - shift + horizonBuckets);
      }
      return sum / periods;
    };
  return {
    mean: (_start, known) =>
      known <= first ? undefined : (volume.between(first, known) / (known - first)) * horizonBuckets,
    'last horizon': recent(1),
    'last 4 horizons': recent(4),
    'last 16 horizons': recent(16),
    'day before': seasonal(dayMs, 1),
    '7 days before': seasonal(dayMs, 7),
    'week before': seasonal(weekMs, 1),
    '4 weeks before': seasonal(weekMs, 4),
  };
}

/**
 * How many buckets of a steady rate to expect in a horizon, from a past of so many. What has lasted for so long is not taken to
 * last much longer: past its own length it is expected to go on after t with a chance of past / t (Gott, Nature 363, 1993).
 */
export function lasting(horizon: number, past: number): number {
  return horizon <= past ? horizon : past * (1 + Math.log(horizon / past));
}

function meanError(rule: VolumeRule, starts: number[], volume: GroupVolume, horizonBuckets: number): number {
  let sum = 0;
  let trials = 0;
  for (const start of starts) {
    const expected = rule(start, start);
    if (expected === undefined) continue;
    sum += Math.abs(expected - volume.between(start, start + horizonBuckets));
    trials++;
  }
  return trials * 2 < Math.max(2, starts.length) ? Number.POSITIVE_INFINITY : sum / trials;
}
