import { featureCount } from '../features/feature-rows.ts';
import type { SeriesColumns } from '../series/series-store.ts';
import type { RowSample } from './row-sample.ts';

/** What is known of keys at earlier origins, and what then came. One row is one key at one origin; rows of an origin lie together. */
export interface TrainingRows {
  count: number;
  /** Row-major, `featureCount` a row, in shared memory. */
  features: Float32Array;
  keys: Uint32Array;
  /** Reads of the key in the window. */
  reads: Float32Array;
  /** When in the window the key was first read, from 0 to 1; NaN where it was not. */
  firstRead: Float32Array;
  /** How many keys the row stands for. */
  weights: Float32Array;
  /** Rows of origin o lie from `starts[o]` until `starts[o + 1]`. */
  starts: number[];
  /** All reads of known keys in the window, by origin. */
  readsInAll: number[];
  /** All writes of known keys, over all windows. */
  writesInAll: number;
}

/** The rows of a sample, with what came, but without features yet. */
export function trainingRows(
  columns: SeriesColumns,
  sample: RowSample,
  origins: number[],
  horizonBuckets: number,
): TrainingRows {
  const count = sample.keys.reduce((sum, keys) => sum + keys.length, 0);
  const rows: TrainingRows = {
    count,
    features: new Float32Array(new SharedArrayBuffer(Math.max(1, count * featureCount) * 4)),
    keys: new Uint32Array(new SharedArrayBuffer(Math.max(1, count) * 4)),
    reads: new Float32Array(new SharedArrayBuffer(Math.max(1, count) * 4)),
    firstRead: new Float32Array(new SharedArrayBuffer(Math.max(1, count) * 4)),
    weights: new Float32Array(new SharedArrayBuffer(Math.max(1, count) * 4)),
    starts: [0],
    readsInAll: [],
    writesInAll: 0,
  };
  let at = 0;
  for (const [o, origin] of origins.entries()) {
    let readsInAll = 0;
    rows.keys.set(sample.keys[o]!, at);
    rows.weights.set(sample.weights[o]!, at);
    for (let i = 0; i < sample.keys[o]!.length; i++, at++) {
      const { reads, writes, first } = accessesWithin(
        columns,
        rows.keys[at]!,
        origin,
        origin + horizonBuckets,
      );
      rows.reads[at] = reads;
      rows.firstRead[at] = reads > 0 ? (first - origin + 0.5) / horizonBuckets : Number.NaN;
      readsInAll += reads * rows.weights[at]!;
      rows.writesInAll += writes * rows.weights[at]!;
    }
    rows.starts.push(at);
    rows.readsInAll.push(readsInAll);
  }
  return rows;
}

function accessesWithin(
  { offsets, buckets, reads, writes }: SeriesColumns,
  key: number,
  from: number,
  until: number,
): { reads: number; writes: number; first: number } {
  let sum = 0;
  let written = 0;
  let first = from;
  let low = offsets[key]!;
  let high = offsets[key + 1]!;
  const end = high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (buckets[middle]! < from) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < end && buckets[i]! < until; i++) {
    if (reads[i]! > 0 && sum === 0) first = buckets[i]!;
    sum += reads[i]!;
    written += writes[i]!;
  }
  return { reads: sum, writes: written, first };
}
