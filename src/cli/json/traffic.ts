import { z } from 'zod';
import type { TrafficProfile } from '../../core/history/traffic/profile.ts';
import { declaredAs } from './declared-as.ts';
import { bytes, count, durationMs, share, text, timeMs } from './figures.ts';

const accesses = z.array(z.number()).describe("Over the steps of the course's `trend`.");
const steps = { fromMs: timeMs('Where the first step begins.'), stepMs: durationMs('The length of a step.') };

const skew = z.strictObject({
  top1Share: share('Reads of the hottest 1 % of the keys.'),
  top10Share: share('Reads of the hottest 10 % of the keys.'),
  gini: share('0 where all keys are read alike.'),
  zipfExponent: count('s of reads ~ rank^-s; absent below 16 keys that were read.').optional(),
});

const replica = z.strictObject({
  name: text('Its name.'),
  reads: count('Its reads.'),
  writes: count('Its writes.'),
  keys: count('Keys that it sees.'),
  firstMs: timeMs('Its first event.'),
  lastMs: timeMs('Its last event.'),
  onlyKeys: count('Keys that no other replica sees.'),
  onlyShare: share('Of the keys that it sees.'),
  accesses,
});

const workingSet = z.strictObject({
  byWindow: z
    .array(
      z.strictObject({
        windowMs: durationMs('The length of the window.'),
        meanKeys: count('Keys in such a window, on average.'),
        mostKeys: count('Keys in such a window, at most.'),
      }),
    )
    .describe('Shortest first; the last is the whole history.'),
  overTime: z.strictObject({
    ...steps,
    windowMs: durationMs('What keys are counted over.'),
    keys: z.array(z.number()).describe('Distinct keys, by step.'),
  }),
});

const gaps = z.strictObject({
  largest: z.array(
    z.strictObject({
      replica: text('Whose log has the gap.'),
      fromMs: timeMs('Its begin.'),
      toMs: timeMs('Its end.'),
      expectedEvents: count('Events that would have been usual.'),
      basis: z.enum(['other-replicas', 'own-rate']),
    }),
  ),
  more: count('Gaps beside those.'),
});

const clockSkew = z.strictObject({
  reference: text('The replica that the others are compared with.'),
  resolutionMs: durationMs('Offsets are exact to that.'),
  replicas: z.array(
    z.union([
      z.strictObject({
        name: text('Its name.'),
        offsetMs: durationMs('Above 0: its log is that much later.'),
        correlation: share('Of the fluctuations at that offset.'),
        by: z.enum(['writes', 'reads']),
      }),
      z.strictObject({ name: text('Its name.'), reason: z.enum(['too-little', 'no-peak', 'several-peaks']) }),
    ]),
  ),
});

const course = z.strictObject({
  span: z.strictObject({
    fromMs: timeMs('Its begin.'),
    toMs: timeMs('Its end.'),
    strayEvents: count('Events whose times lie far outside.'),
  }),
  timeline: z.strictObject({ ...steps, reads: z.array(z.number()), writes: z.array(z.number()) }),
  trend: z.strictObject({ ...steps, count: count('How many steps.') }),
  weekHours: z
    .array(z.array(z.number().nullable()))
    .describe('Mean events in each hour of the week, UTC: seven rows from Monday on.'),
  workingSet,
  newKeys: z.strictObject({ ...steps, keys: z.array(z.number()).describe('Keys seen for the first time.') }),
  gaps,
  clockSkew: clockSkew.optional(),
});

/** What the traffic in the access history looks like. */
export const trafficProfile = declaredAs<TrafficProfile>()(
  z.strictObject({
    events: count('All events.'),
    keys: count('Keys that are kept one by one.'),
    coldKeys: count('About how many more there were.'),
    reads: count('Reads among the events.'),
    writes: count('Writes among the events.'),
    firstMs: timeMs('The first event.').optional(),
    lastMs: timeMs('The last event.').optional(),
    readShare: share('Reads among all events.'),
    skew,
    hours: z.array(z.number()).describe('Events by the hour of the day, UTC.'),
    hottest: z
      .array(
        z.strictObject({
          key: text('As the logs have it.'),
          reads: count('Its reads.'),
          writes: count('Its writes.'),
          sizeBytes: bytes('The size that the log gave last.').optional(),
          accesses,
        }),
      )
      .describe('By reads, most first; ten at most.'),
    replicas: z.array(replica),
    course: course.describe('Over the main span.').optional(),
  }),
);
