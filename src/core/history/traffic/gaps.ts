import { type BucketSeries, mergeSeries } from '../series-codec.ts';
import { CumulatedEvents } from './cumulated-events.ts';
import { fineFrom } from './fine-part.ts';
import type { ReplicaTraffic } from './inputs.ts';
import { hourMs, minuteMs } from './time-steps.ts';
import { UsualRate } from './usual-rate.ts';

/** A span in which a replica's log is silent though it should not be. */
export interface Gap {
  replica: string;
  fromMs: number;
  toMs: number;
  /** Events that would have been usual. */
  expectedEvents: number;
  /** Whether the other replicas had their usual traffic meanwhile, or just the replica's own usual rate at such hours says it. */
  basis: 'other-replicas' | 'own-rate';
}

/** The largest, by what is missing, in the order of time; `more` are left out. */
export interface Gaps {
  largest: Gap[];
  more: number;
}

const mostGaps = 50;

/** In less nothing is usual. */
const leastBuckets = 30;
const leastEvents = 100;

const shortestGapMs = 5 * minuteMs;

/**
 * At a steady rate, a silence of 20 expected events comes once in e^20; twice that, as what is usual is known by the hour, and within an hour
 * traffic may come and go.
 */
const fewestExpected = 40;

/**
 * No traffic is as steady as that, so a gap must also stand out from a log's own silences: be that many times as long, in events
 * expected, as those that just one in 200 steps from event to event exceeds.
 */
const usualQuantile = 0.995;
const outstanding = 8;

/** Traffic that fades out and in is a night; in a history too short to know nights, a gap has half the usual rate on either side. */
const sideMs = 30 * minuteMs;
const leastSideShare = 0.5;

/** Others that have more than usual do not make more of this one's. */
const mostOfOthers = 1;

export function gapsOf(bucketMs: number, replicas: readonly ReplicaTraffic[]): Gaps {
  const group = replicas.map(({ perBucket }) => perBucket).reduce(mergeSeries, emptySeries);
  const firstMs = Math.min(...replicas.map((replica) => replica.firstMs));
  const lastMs = Math.max(...replicas.map((replica) => replica.lastMs));
  const found = replicas.flatMap((replica) => {
    if (replica.perBucket.buckets.length < leastBuckets || replica.reads + replica.writes < leastEvents)
      return [];
    const others = without(group, replica.perBucket);
    return gapsOfReplica(bucketMs, replica, new OtherTraffic(bucketMs, others, firstMs, lastMs));
  });
  const largest = found.toSorted((a, b) => b.expectedEvents - a.expectedEvents).slice(0, mostGaps);
  return {
    largest: largest.toSorted((a, b) => a.fromMs - b.fromMs),
    more: found.length - largest.length,
  };
}

interface Silence {
  fromMs: number;
  toMs: number;
  /** Events expected of the replica, by its own rate, and by that and what the others have of theirs. */
  byOwn: number;
  byOthers: number;
}

function gapsOfReplica(bucketMs: number, replica: ReplicaTraffic, others: OtherTraffic): Gap[] {
  const { perBucket, firstMs, lastMs, name } = replica;
  const usual = new UsualRate(bucketMs, perBucket, firstMs, lastMs);
  const own = new CumulatedEvents(bucketMs, perBucket);
  const weighed = ([fromMs, toMs]: readonly [number, number]): Silence => {
    const byOwn = usual.expected(fromMs, toMs);
    return { fromMs, toMs, byOwn, byOthers: byOwn * others.shareOfUsual(fromMs, toMs) };
  };
  const silences = silencesOf(bucketMs, perBucket).map(weighed);
  const steps = perBucket.buckets.length - 1;
  const fromOwn = threshold(silences, ({ byOwn }) => byOwn, steps);
  const fromOthers = threshold(silences, ({ byOthers }) => byOthers, steps);
  const isAbrupt = ({ fromMs, toMs }: Silence) =>
    usual.hasCycle ||
    [
      [Math.max(firstMs, fromMs - sideMs), fromMs] as const,
      [toMs, Math.max(toMs, Math.min(lastMs, toMs + sideMs))] as const,
    ].every(([begin, end]) => own.between(begin, end) >= leastSideShare * usual.expected(begin, end));
  const isLong = ({ fromMs, toMs }: Silence) => toMs - fromMs >= shortestGapMs;
  // A log that ends is silent only if others go on.
  const after = { ...weighed([Math.ceil((lastMs + 1) / bucketMs) * bucketMs, others.lastMs]), byOwn: 0 };
  return [...silences, after]
    .filter(isLong)
    .filter(isAbrupt)
    .flatMap(({ fromMs, toMs, byOwn, byOthers }) => {
      if (byOthers < fromOthers && byOwn < fromOwn) return [];
      const isByOthers = byOthers >= fromOthers;
      const expectedEvents = Math.round(isByOthers ? byOthers : byOwn);
      return {
        replica: name,
        fromMs,
        toMs,
        expectedEvents,
        basis: isByOthers ? 'other-replicas' : 'own-rate',
      };
    });
}

/** What the other replicas have together. */
class OtherTraffic {
  readonly lastMs: number;
  readonly #usual: UsualRate;
  readonly #events: CumulatedEvents;

  constructor(bucketMs: number, others: BucketSeries, firstMs: number, lastMs: number) {
    this.lastMs = lastMs;
    this.#usual = new UsualRate(bucketMs, others, firstMs, lastMs);
    this.#events = new CumulatedEvents(bucketMs, others);
  }

  /** 1 where they have what is usual at such hours, or more; 0 where they are silent too, or there are none. */
  shareOfUsual(fromMs: number, toMs: number): number {
    const events = this.#events.between(fromMs, toMs);
    const usual = this.#usual.expected(fromMs, toMs);
    return events === 0 ? 0 : Math.min(mostOfOthers, events / usual);
  }
}

/** From the end of each bucket with events to the next, where that is not at once. */
function silencesOf(bucketMs: number, { buckets }: BucketSeries): [fromMs: number, toMs: number][] {
  const fine = fineFrom(buckets, bucketMs);
  const silences: [number, number][] = [];
  for (let i = 1; i < buckets.length; i++) {
    const before = buckets[i - 1] as number;
    const widthMs = before < fine ? Math.max(hourMs, bucketMs) : bucketMs;
    const [fromMs, toMs] = [before * bucketMs + widthMs, (buckets[i] as number) * bucketMs];
    if (fromMs < toMs) silences.push([fromMs, toMs]);
  }
  return silences;
}

/** Of so many steps from event to event, those that are not given are no silence. */
function threshold(
  silences: readonly Silence[],
  expected: (silence: Silence) => number,
  steps: number,
): number {
  const sorted = Float64Array.from(silences, expected).sort();
  const usual = sorted[Math.floor((steps - 1) * usualQuantile) - (steps - sorted.length)] ?? 0;
  return Math.max(fewestExpected, outstanding * usual);
}

/** What the whole has more than the part, which is in it. */
function without(whole: BucketSeries, part: BucketSeries): BucketSeries {
  const reads = whole.reads.slice();
  const writes = whole.writes.slice();
  let at = 0;
  for (let i = 0; i < part.buckets.length; i++) {
    while ((whole.buckets[at] as number) < (part.buckets[i] as number)) at++;
    reads[at] = (reads[at] as number) - (part.reads[i] as number);
    writes[at] = (writes[at] as number) - (part.writes[i] as number);
  }
  return { buckets: whole.buckets, reads, writes };
}

const emptySeries: BucketSeries = {
  buckets: new Int32Array(0),
  reads: new Uint32Array(0),
  writes: new Uint32Array(0),
};
