import { DecayTable } from '../decay-table.ts';
import type { SeriesColumns } from './series-store.ts';

/** Half-lives in horizons: reads lately, reads in the long run, and accesses of any kind lately. */
const halfLives = [1 / 2, 4, 1 / 4];
export const signalNames = ['short', 'long', 'any'] as const;

export const signalCount = signalNames.length;

/**
 * Decayed accesses of every key at every origin, for what is said of a key by its neighbours: `[origin][key · signalCount + signal]`,
 * so that those of one key lie together. Below zero for keys that were not accessed before the origin.
 */
export type Signals = Float32Array[];

/** In shared memory, to be filled for all keys. */
export function emptySignals(keys: number, origins: number): Signals {
  const one = () => new Float32Array(new SharedArrayBuffer(Math.max(1, keys) * signalCount * 4));
  return Array.from({ length: origins }, one);
}

/** Whether a key was accessed before the origin of these signals. */
export function isKnown(signals: Float32Array, key: number): boolean {
  return signals[key * signalCount]! >= 0;
}

/** Fills the signals of the keys from `start` until `end`. The origins are bucket numbers, ascending. */
export function fillSignals(
  { offsets, buckets, reads, writes }: SeriesColumns,
  {
    origins,
    horizonBuckets,
    spanBuckets,
  }: { origins: number[]; horizonBuckets: number; spanBuckets: number },
  signals: Signals,
  start: number,
  end: number,
): void {
  const tables = halfLives.map((halfLife) => new DecayTable(halfLife * horizonBuckets, spanBuckets));
  const [short, long, any] = [tables[0]!, tables[1]!, tables[2]!];
  for (let key = start; key < end; key++) {
    let [a, b, c] = [0, 0, 0];
    let last = buckets[offsets[key]!]!;
    let next = 0;
    for (; next < origins.length && origins[next]! <= last; next++)
      signals[next]!.fill(-1, key * signalCount, (key + 1) * signalCount);
    for (let i = offsets[key]!; i < offsets[key + 1]! || next < origins.length; i++) {
      const bucket = i < offsets[key + 1]! ? buckets[i]! : Number.POSITIVE_INFINITY;
      for (; next < origins.length && origins[next]! <= bucket; next++) {
        const age = origins[next]! - last;
        const of = signals[next]!;
        of[key * signalCount] = a * short.decay(age);
        of[key * signalCount + 1] = b * long.decay(age);
        of[key * signalCount + 2] = c * any.decay(age);
      }
      if (i >= offsets[key + 1]!) break;
      const age = bucket - last;
      a = a * short.decay(age) + reads[i]!;
      b = b * long.decay(age) + reads[i]!;
      c = c * any.decay(age) + reads[i]! + writes[i]!;
      last = bucket;
    }
  }
}
