import { hourMs } from './time-steps.ts';

/**
 * The first bucket from which a series may be taken by the bucket. Old parts of the history are kept by the hour, in each hour's first
 * bucket; so is what lies before the first event of any other bucket, or it is so sparse that it makes no difference.
 */
export function fineFrom(buckets: Int32Array, bucketMs: number): number {
  const bucketsAnHour = Math.max(1, Math.round(hourMs / bucketMs));
  if (bucketsAnHour === 1) return buckets[0] ?? Number.POSITIVE_INFINITY;
  for (const bucket of buckets) {
    if (bucket % bucketsAnHour !== 0) return Math.floor(bucket / bucketsAnHour) * bucketsAnHour;
  }
  return Number.POSITIVE_INFINITY;
}
