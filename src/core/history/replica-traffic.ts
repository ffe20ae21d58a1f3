import type { StateDatabase } from '../state/open.ts';
import { type CoarseBefore, coarsen } from './segments/retention.ts';
import {
  type BucketSeries,
  decodeSeries,
  encodeSeries,
  mergeSeries,
  rowOf,
  seriesOf,
} from './series-codec.ts';

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
export function addTraffic(db: StateDatabase, replica: number, added: BucketSeries): void {
  storeTraffic(db, replica, mergeSeries(loadTraffic(db, replica), added));
}

/** Keeps only hours of what lies before the retention's minutes, within the caller's transaction. */
export function coarsenTraffic(db: StateDatabase, { hours }: CoarseBefore, bucketMs: number): void {
  for (const replica of db.prepare<[], number>('SELECT id FROM history_replica').pluck().all())
    storeTraffic(db, replica, byHoursBefore(loadTraffic(db, replica), hours, bucketMs));
}

function storeTraffic(db: StateDatabase, replica: number, traffic: BucketSeries): void {
  db.prepare('UPDATE history_replica SET traffic = ? WHERE id = ?').run(encodeSeries(traffic), replica);
}

/**
 * The bucket in which the history ends, over all replicas, but for the latest thousandth of its accesses: a few with a time of another year would make
 * all others old. 0 where there is none.
 */
export function endOfTraffic(db: StateDatabase): number {
  const replicas = db.prepare<[], number>('SELECT id FROM history_replica').pluck().all();
  const { buckets, reads, writes } = replicas
    .map((replica) => loadTraffic(db, replica))
    .reduce(mergeSeries, decodeSeries(Buffer.alloc(0)));
  const accesses = (i: number) => (reads[i] as number) + (writes[i] as number);
  let left = buckets.reduce((sum, _, i) => sum + accesses(i), 0) / 1000;
  let end = buckets.length - 1;
  while (end > 0 && left >= accesses(end)) left -= accesses(end--);
  return buckets[end] ?? 0;
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

function byHoursBefore(series: BucketSeries, hours: number, bucketMs: number): BucketSeries {
  const row = rowOf(series);
  coarsen(row, { hours, days: 0 }, bucketMs);
  return seriesOf(row);
}
