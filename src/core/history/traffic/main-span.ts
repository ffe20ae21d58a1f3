import { type BucketSeries, mergeSeries } from '../series-codec.ts';
import type { ReplicaTraffic } from './inputs.ts';

/** A time from the first to the last event of those that a view over time is made of. Milliseconds since the epoch. */
export interface MainSpan {
  fromMs: number;
  toMs: number;
  /** Events whose times lie so far off that with them nothing else could be seen: of clocks that were not set, as a rule. */
  strayEvents: number;
}

/** A thousandth of the events on either side may be astray, and is if all others take a tenth of the whole time or less. */
const strayShare = 0.001;
const mainShare = 0.1;

/** Events that are near the others belong to them: a tenth of their time away, and a day at least. */
const nearShare = 0.1;
const nearMs = 86_400_000;

export function mainSpanOf(bucketMs: number, replicas: readonly ReplicaTraffic[]): MainSpan {
  const whole = {
    fromMs: Math.min(...replicas.map(({ firstMs }) => firstMs)),
    toMs: Math.max(...replicas.map(({ lastMs }) => lastMs)),
    strayEvents: 0,
  };
  const all = replicas.map(({ perBucket }) => perBucket).reduce(mergeSeries);
  const events = eventsOf(all);
  const low = quantileBucket(all, events * strayShare) * bucketMs;
  const high = (quantileBucket(all, events * (1 - strayShare)) + 1) * bucketMs;
  if (high - low > (whole.toMs - whole.fromMs) * mainShare) return whole;
  const reachMs = Math.max(nearMs, (high - low) * nearShare);
  const near = cropped(all, bucketMs, low - reachMs, high + reachMs);
  const first = (near.buckets[0] ?? 0) * bucketMs;
  const end = ((near.buckets.at(-1) ?? 0) + 1) * bucketMs;
  return {
    fromMs: Math.max(whole.fromMs, first),
    toMs: Math.min(whole.toMs, end - 1),
    strayEvents: events - eventsOf(near),
  };
}

/** What of a replica's traffic lies within the span. */
export function within(span: MainSpan, bucketMs: number, replica: ReplicaTraffic): ReplicaTraffic {
  if (span.strayEvents === 0) return replica;
  const perBucket = cropped(replica.perBucket, bucketMs, span.fromMs, span.toMs);
  const first = (perBucket.buckets[0] ?? 0) * bucketMs;
  const end = ((perBucket.buckets.at(-1) ?? 0) + 1) * bucketMs;
  return {
    ...replica,
    firstMs: Math.max(replica.firstMs, first),
    lastMs: Math.min(replica.lastMs, end - 1),
    reads: sum(perBucket.reads),
    writes: sum(perBucket.writes),
    perBucket,
  };
}

/** The buckets that hold any of the time. */
function cropped(series: BucketSeries, bucketMs: number, fromMs: number, toMs: number): BucketSeries {
  const { buckets } = series;
  const begin = buckets.findIndex((bucket) => (bucket + 1) * bucketMs > fromMs);
  const last = buckets.findLastIndex((bucket) => bucket * bucketMs <= toMs);
  const range = [begin === -1 ? buckets.length : begin, last + 1] as const;
  return {
    buckets: buckets.subarray(...range),
    reads: series.reads.subarray(...range),
    writes: series.writes.subarray(...range),
  };
}

function quantileBucket({ buckets, reads, writes }: BucketSeries, events: number): number {
  let seen = 0;
  for (let i = 0; i < buckets.length; i++) {
    seen += (reads[i] as number) + (writes[i] as number);
    if (seen > events) return buckets[i] as number;
  }
  return buckets.at(-1) ?? 0;
}

function eventsOf({ reads, writes }: BucketSeries): number {
  return sum(reads) + sum(writes);
}

function sum(values: Uint32Array): number {
  return values.reduce((total, value) => total + value, 0);
}
