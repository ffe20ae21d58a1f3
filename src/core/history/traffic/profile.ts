import { type Skew, skewOf } from '../skew.ts';
import { type ClockSkew, clockSkewOf } from './clock-skew.ts';
import { type Gaps, gapsOf } from './gaps.ts';
import type { HotKey, KeyFigures, ReplicaTraffic } from './inputs.ts';
import { type MainSpan, mainSpanOf, within } from './main-span.ts';
import { type NewKeys, newKeysOf } from './new-keys.ts';
import { accessesOn, addToSteps, coarserSteps, stepsOver, type TimeSteps, zeros } from './time-steps.ts';
import { dayHoursOf, weekHoursOf } from './week-hours.ts';
import { type WorkingSet, workingSetOf } from './working-set.ts';

/** What the traffic in the history looks like; JSON holds it as it is. Times are milliseconds since the epoch. */
export interface TrafficProfile {
  events: number;
  /** Keys that are kept, each with its accesses. */
  keys: number;
  /** About how many more there were, which were too cold to be kept one by one; their events are counted. */
  coldKeys: number;
  reads: number;
  writes: number;
  firstMs: number | undefined;
  lastMs: number | undefined;
  /** Of all events, 0 to 1. */
  readShare: number;
  skew: Skew;
  /** Events by the hour of the day, UTC. */
  hours: number[];
  /** By reads, most first; ten at most. `accesses` is over the course's `trend`. */
  hottest: (Omit<HotKey, 'series'> & { accesses: number[] })[];
  replicas: ReplicaProfile[];
  /** Undefined in an empty history. */
  course: TrafficCourse | undefined;
}

export interface ReplicaProfile {
  name: string;
  reads: number;
  writes: number;
  keys: number;
  firstMs: number;
  lastMs: number;
  /** Keys that no other replica sees. */
  onlyKeys: number;
  /** Of the keys that it sees, 0 to 1. */
  onlyShare: number;
  /** Over the course's `trend`. */
  accesses: number[];
}

/** How the traffic goes over the main span. */
export interface TrafficCourse {
  span: MainSpan;
  timeline: Timeline;
  /** The steps of each `accesses`: those of the timeline, or several of them together, 48 at most. */
  trend: TimeSteps;
  /** Mean events in each hour of the week, UTC: seven rows from Monday on; null where the span has no such hour. */
  weekHours: (number | null)[][];
  workingSet: WorkingSet;
  newKeys: NewKeys;
  gaps: Gaps;
  /** Undefined with one replica. */
  clockSkew: ClockSkew | undefined;
}

/** Reads and writes in each step: of a minute, 5 minutes, an hour, 3, 6, a day, 7 or 28 or more; 1,008 at most. */
export interface Timeline {
  fromMs: number;
  stepMs: number;
  reads: number[];
  writes: number[];
}

const trendSteps = 48;

/** Makes the profile of what the storage counted. Pure; bounded by the number of buckets and replicas. */
export function profileOf(
  bucketMs: number,
  replicas: readonly ReplicaTraffic[],
  figures: KeyFigures,
): TrafficProfile {
  const reads = replicas.reduce((sum, replica) => sum + replica.reads, 0);
  const writes = replicas.reduce((sum, replica) => sum + replica.writes, 0);
  const isEmpty = replicas.length === 0;
  const course = isEmpty ? undefined : courseOf(bucketMs, replicas, figures);
  const accesses = (series: HotKey['series']) => (course ? accessesOn(course.trend, bucketMs, series) : []);
  return {
    events: reads + writes,
    keys: figures.keys,
    coldKeys: figures.coldKeys,
    reads,
    writes,
    firstMs: isEmpty ? undefined : Math.min(...replicas.map((replica) => replica.firstMs)),
    lastMs: isEmpty ? undefined : Math.max(...replicas.map((replica) => replica.lastMs)),
    readShare: reads / Math.max(1, reads + writes),
    skew: skewOf(figures.readLevels),
    hours: dayHoursOf(bucketMs, replicas),
    hottest: figures.hottest.map(({ series, ...key }) => ({ ...key, accesses: accesses(series) })),
    replicas: replicas.map(({ perBucket, ...replica }, index) => {
      const onlyKeys = figures.onlyAt[index] ?? 0;
      const onlyShare = onlyKeys / Math.max(1, replica.keys);
      return { ...replica, onlyKeys, onlyShare, accesses: accesses(perBucket) };
    }),
    course,
  };
}

function courseOf(bucketMs: number, replicas: readonly ReplicaTraffic[], figures: KeyFigures): TrafficCourse {
  const span = mainSpanOf(bucketMs, replicas);
  const { fromMs, toMs } = span;
  const inSpan = replicas
    .map((replica) => within(span, bucketMs, replica))
    .filter(({ perBucket }) => perBucket.buckets.length > 0);
  const steps = stepsOver(fromMs, toMs, bucketMs);
  return {
    span,
    timeline: timelineOf(steps, bucketMs, inSpan),
    trend: coarserSteps(steps, trendSteps),
    weekHours: weekHoursOf(bucketMs, inSpan),
    workingSet: workingSetOf(fromMs, toMs, figures),
    newKeys: newKeysOf(fromMs, toMs, figures.newKeysByDay),
    gaps: gapsOf(bucketMs, inSpan),
    clockSkew: clockSkewOf(bucketMs, inSpan),
  };
}

function timelineOf(steps: TimeSteps, bucketMs: number, replicas: readonly ReplicaTraffic[]): Timeline {
  const counts = { reads: zeros(steps.count), writes: zeros(steps.count) };
  for (const { perBucket } of replicas) addToSteps(steps, bucketMs, perBucket, counts);
  return { fromMs: steps.fromMs, stepMs: steps.stepMs, ...counts };
}
