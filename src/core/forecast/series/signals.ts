import { DecayTable } from '../decay-table.ts';
import type { SeriesColumns } from './series-store.ts';

/** Half-lives in horizons: reads lately, reads in the long run, and accesses of any kind lately. */
const halfLives = [1 / 2, 4, 1 / 4];
export const signalNames = ['short', 'long', 'any'] as const;

/** Decayed accesses of every key at every origin, for what is said of a key by its neighbours: `[origin][signal][key]`. */
export type Signals = Float32Array[][];

/** In shared memory. The origins are bucket numbers, ascending. */
export function emptySignals(keys: number, origins: number): Signals {
  const one = () => new Float32Array(new SharedArrayBuffer(Math.max(1, keys) * 4));
  return Array.from({ length: origins }, () => signalNames.map(one));
}

/** Fills the signals of the keys from `start` until `end`. */
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
    while (next < origins.length && origins[next]! <= last) next++;
    for (let i = offsets[key]!; i < offsets[key + 1]! || next < origins.length; i++) {
      const bucket = i < offsets[key + 1]! ? buckets[i]! : Number.POSITIVE_INFINITY;
      for (; next < origins.length && origins[next]! <= bucket; next++) {
        const age = origins[next]! - last;
        signals[next]![0]![key] = a * short.decay(age);
        signals[next]![1]![key] = b * long.decay(age);
        signals[next]![2]![key] = c * any.decay(age);
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
