import type { BucketSeries } from '../series-codec.ts';
import { type CorrelationPeak, correlationPeak } from './correlation-peak.ts';
import { fineFrom } from './fine-part.ts';
import { fluctuationsOf, whiten } from './fluctuations.ts';
import type { ReplicaTraffic } from './inputs.ts';
import { dayMs, hourMs } from './time-steps.ts';

/**
 * How far the clocks of the replicas' logs are apart, as far as it shows: what reaches several replicas at one moment, as replicated
 * writes do, must be at the same moment in their logs. A delay in passing it on looks the same as a clock that is ahead.
 */
export interface ClockSkew {
  /** The replica with the most events, which the others are compared with. */
  reference: string;
  /** Offsets are exact to that. */
  resolutionMs: number;
  /** The fifteen with the most events. */
  replicas: ReplicaSkew[];
}

export type ReplicaSkew = { name: string } & (
  | {
      /** Above 0: the same things are that much later in this log than in the reference's. */
      offsetMs: number;
      /** Of the fluctuations at that offset, 0 to 1. */
      correlation: number;
      /** What it was seen in. */
      by: 'writes' | 'reads';
    }
  | { reason: SkewUnknown }
);

/**
 * Why an offset cannot be told: less than 200 events in 100 buckets or two hours in common, or kept by the hour alone; no offset at which
 * fluctuations agree, so the replicas share no traffic that shows; or several offsets that would do.
 */
export type SkewUnknown = 'too-little' | 'no-peak' | 'several-peaks';

/** Logs in another zone's local time are apart by that at most. */
const farthestMs = 14 * hourMs;
const longestMs = 14 * dayMs;
const mostCompared = 15;

/** Multiplications for all replicas together: about 0.1 s. */
const budget = 100e6;

const leastEvents = 200;
const leastBuckets = 100;
const leastOverlapMs = 2 * hourMs;

/** Undefined where there is nothing to compare. */
export function clockSkewOf(bucketMs: number, replicas: readonly ReplicaTraffic[]): ClockSkew | undefined {
  const events = ({ reads, writes }: ReplicaTraffic) => reads + writes;
  const [reference, ...others] = replicas.toSorted((a, b) => events(b) - events(a));
  if (!reference || others.length === 0) return undefined;
  const compared = others.slice(0, mostCompared);
  const maxLag = Math.floor(farthestMs / bucketMs);
  const affordable = budget / compared.length / 2 / (2 * maxLag + 1);
  const longest = Math.floor(Math.min(longestMs / bucketMs, affordable));
  return {
    reference: reference.name,
    resolutionMs: bucketMs,
    replicas: compared.map((replica) => ({
      name: replica.name,
      ...skewBetween(bucketMs, reference, replica, maxLag, longest),
    })),
  };
}

type Skew = { offsetMs: number; correlation: number; by: 'writes' | 'reads' } | { reason: SkewUnknown };

function skewBetween(
  bucketMs: number,
  reference: ReplicaTraffic,
  replica: ReplicaTraffic,
  maxLag: number,
  longest: number,
): Skew {
  const window = commonWindow(bucketMs, reference, replica, maxLag, longest);
  let reason: SkewUnknown = 'too-little';
  if (!window) return { reason };
  for (const by of ['writes', 'reads'] as const) {
    const peak = peakIn(window, by, bucketMs);
    if (typeof peak === 'object') {
      return { offsetMs: peak.lag * bucketMs, correlation: Math.round(peak.correlation * 1000) / 1000, by };
    }
    if (reason !== 'several-peaks' && peak !== 'too-little') reason = peak;
  }
  return { reason };
}

interface Window {
  maxLag: number;
  length: number;
  sides: Side[];
}

/** Of one replica: from where to where the window has a say of its log, counted from the window's start. */
interface Side {
  series: BucketSeries;
  start: number;
  from: number;
  to: number;
}

/** The latest buckets that both may have, with room for an offset on either side. */
function commonWindow(
  bucketMs: number,
  a: ReplicaTraffic,
  b: ReplicaTraffic,
  farthest: number,
  longest: number,
): Window | undefined {
  const spans = [a, b].map(({ perBucket, firstMs, lastMs }) => ({
    series: perBucket,
    first: Math.max(Math.floor(firstMs / bucketMs), fineFrom(perBucket.buckets, bucketMs)),
    end: Math.floor(lastMs / bucketMs) + 1,
  }));
  const begin = Math.max(...spans.map(({ first }) => first)) - farthest;
  const end = Math.min(
    Math.min(...spans.map((span) => span.end)) + farthest,
    Math.max(...spans.map((span) => span.end)),
  );
  const start = Math.max(begin, Math.min(...spans.map(({ first }) => first)), end - longest);
  const length = end - start;
  if (!(length * bucketMs >= leastOverlapMs)) return undefined;
  return {
    maxLag: Math.min(farthest, length >> 1),
    length,
    sides: spans.map(({ series, first, end: last }) => ({
      series,
      start,
      from: Math.min(length, Math.max(0, first - start)),
      to: Math.min(length, Math.max(0, last - start)),
    })),
  };
}

function peakIn(
  { sides, length, maxLag }: Window,
  by: 'reads' | 'writes',
  bucketMs: number,
): CorrelationPeak | SkewUnknown {
  const fluctuations: Float64Array[] = [];
  for (const { series, start, from, to } of sides) {
    const counts = new Float64Array(length);
    let events = 0;
    let filled = 0;
    for (let i = firstFrom(series.buckets, start); i < series.buckets.length; i++) {
      const at = (series.buckets[i] as number) - start;
      if (at >= length) break;
      const count = series[by][i] as number;
      counts[at] = count;
      events += count;
      if (count > 0) filled++;
    }
    if (events < leastEvents || filled < leastBuckets) return 'too-little';
    fluctuations.push(fluctuationsOf(counts, bucketMs, from, to));
  }
  const [a, b] = fluctuations as [Float64Array, Float64Array];
  whiten(a, b);
  return correlationPeak(a, b, maxLag);
}

function firstFrom(buckets: Int32Array, bucket: number): number {
  const found = buckets.findIndex((candidate) => candidate >= bucket);
  return found === -1 ? buckets.length : found;
}
