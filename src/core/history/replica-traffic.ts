import type { StateDatabase } from '../state/open.ts';
import type { CoarseBefore } from './segments/retention.ts';
import { type BucketSeries, decodeSeries, encodeSeries, mergeSeries } from './series-codec.ts';

const hourMs = 3_600_000;

/** A replica's accesses over all keys, per bucket; before the retention's minutes, per hour, in the hour's first bucket. */
export function loadTraffic(db: StateDatabase, replica: number): BucketSeries {
  const packed = db
    .prepare<[number], Buffer>('SELECT traffic FROM history_replica WHERE id = ?')
    .pluck()
    .get(replica);
  return decodeSeries(packed ?? Buffer.alloc(0));
}

/** Adds to it, within the caller's transaction. */
export function addTraffic(
  db: StateDatabase,
  replica: number,
  added: BucketSeries,
  { hours }: CoarseBefore,
  bucketMs: number,
): void {
  const traffic = byHoursBefore(mergeSeries(loadTraffic(db, replica), added), hours, hourMs / bucketMs);
  db.prepare('UPDATE history_replica SET traffic = ? WHERE id = ?').run(encodeSeries(traffic), replica);
}

function byHoursBefore(series: BucketSeries, hours: number, perHour: number): BucketSeries {
  if (series.buckets.length === 0 || (series.buckets[0] as number) >= hours) return series;
  const sums: BucketSeries = {
    buckets: new Int32Array(series.buckets.length),
    reads: new Uint32Array(series.buckets.length),
    writes: new Uint32Array(series.buckets.length),
  };
  let length = 0;
  series.buckets.forEach((bucket, i) => {
    const coarse = bucket < hours ? bucket - (bucket % perHour) : bucket;
    if (length === 0 || sums.buckets[length - 1] !== coarse) sums.buckets[length++] = coarse;
    sums.reads[length - 1] = (sums.reads[length - 1] as number) + (series.reads[i] as number);
    sums.writes[length - 1] = (sums.writes[length - 1] as number) + (series.writes[i] as number);
  });
  return {
    buckets: sums.buckets.slice(0, length),
    reads: sums.reads.slice(0, length),
    writes: sums.writes.slice(0, length),
  };
}

/** A replica's accesses by the hour since the epoch. */
export function hourTraffic(db: StateDatabase, replica: number, bucketMs: number): (hour: number) => number {
  let byHour: Map<number, number> | undefined;
  return (hour) => {
    byHour ??= sumByHour(loadTraffic(db, replica), hourMs / bucketMs);
    return byHour.get(hour) ?? 0;
  };
}

function sumByHour({ buckets, reads, writes }: BucketSeries, perHour: number): Map<number, number> {
  const sums = new Map<number, number>();
  buckets.forEach((bucket, i) => {
    const hour = Math.floor(bucket / perHour);
    sums.set(hour, (sums.get(hour) ?? 0) + (reads[i] as number) + (writes[i] as number));
  });
  return sums;
}
