import type { KeySeries } from '../history/access-history.ts';
import type { GroupVolume } from './group-volume.ts';
import type { TimeGrid } from './time-grid.ts';

/** Earlier horizons on which a model of a single key is held against the decayed count. */
export const holdouts = 2;
/** What a single fit sees: a week where the horizon is a day. */
const trainedHorizons = 7;
const stepsPerHorizon = 24;

/** How the series of hot keys are cut into steps, all of one width, the last one ending at the grid's `fullEnd`. */
export interface StepGrid {
  stepBuckets: number;
  horizonSteps: number;
  steps: number;
}

export function stepGrid({ horizonBuckets, first, fullEnd }: TimeGrid): StepGrid {
  const stepBuckets = Math.max(1, Math.round(horizonBuckets / stepsPerHorizon));
  const horizonSteps = Math.max(1, Math.round(horizonBuckets / stepBuckets));
  const wanted = (trainedHorizons + holdouts) * Math.max(horizonSteps, stepsPerHorizon);
  return { stepBuckets, horizonSteps, steps: Math.min(wanted, Math.floor((fullEnd - first) / stepBuckets)) };
}

export interface HotKey {
  /** Its place in the scan. */
  index: number;
  score: number;
  /** Reads per step, oldest first. */
  series: Float64Array;
  /** Decayed counts at the backtest's last origins: `[origin * halfLives + halfLife]`, oldest origin first. */
  earlierScores: Float64Array;
}

/** The keys with the highest scores seen so far, with their series: a bounded number, pruned when twice as many are held. */
export class HottestKeys {
  readonly #limit: number;
  #held: HotKey[] = [];
  #least = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether a key of this score would be kept; of equal scores the earlier key stays. */
  wants(score: number): boolean {
    return this.#limit > 0 && score > this.#least;
  }

  add(key: HotKey): void {
    this.#held.push(key);
    if (this.#held.length >= this.#limit * 2) this.#prune();
  }

  /** Hottest first. */
  list(): HotKey[] {
    this.#prune();
    return this.#held;
  }

  #prune(): void {
    this.#held.sort((a, b) => b.score - a.score || a.index - b.index);
    this.#held.length = Math.min(this.#held.length, this.#limit);
    if (this.#held.length === this.#limit) this.#least = this.#held.at(-1)?.score ?? 0;
  }
}

export function foldSeries(
  { buckets, reads }: KeySeries,
  { fullEnd }: TimeGrid,
  { stepBuckets, steps }: StepGrid,
): Float64Array {
  const series = new Float64Array(steps);
  const start = fullEnd - steps * stepBuckets;
  for (let i = buckets.length - 1; i >= 0; i--) {
    const bucket = buckets[i]!;
    if (bucket >= fullEnd) continue;
    if (bucket < start) break;
    series[Math.floor((bucket - start) / stepBuckets)]! += reads[i]!;
  }
  return series;
}

/** The group's reads on the same steps. */
export function foldVolume(
  volume: GroupVolume,
  { fullEnd }: TimeGrid,
  { stepBuckets, steps }: StepGrid,
): Float64Array {
  const start = fullEnd - steps * stepBuckets;
  return Float64Array.from({ length: steps }, (_, i) =>
    volume.between(start + i * stepBuckets, start + (i + 1) * stepBuckets),
  );
}
