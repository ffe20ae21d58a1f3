import { z } from 'zod';
import { bytes, count, durationMs, share, timeMs } from './figures.ts';

const hitCount = { reads: count('Reads.'), hits: count('Those that hit.') };
const hits = z.strictObject(hitCount);

const calibration = z.strictObject({
  keys: count('Keys that it is reckoned over.'),
  brier: count('Mean squared distance of the confidence from what came.'),
  ece: count('Expected calibration error.'),
  bins: z.array(
    z.strictObject({
      from: share('The lower bound.'),
      to: share('The upper bound.'),
      keys: count('Keys in between.'),
      meanConfidence: share('Their mean confidence.'),
      meanInLog: share('The same, thinned to what the log has of all reads.'),
      readShare: share('Those that were read.'),
    }),
  ),
});

const course = (words: string) =>
  z
    .strictObject({
      fromMs: timeMs('Where the first step begins.'),
      stepMs: durationMs('The length of a step.'),
      reads: z.array(z.number()),
      hits: z.array(z.number()),
    })
    .describe(`${words} Absent where an earlier version of foresync measured.`)
    .optional();

const planCameTrue = z.strictObject({
  ...hitCount,
  covered: share("The horizon between the log's first and last event."),
  plannedReads: count('Reads of planned keys, whether or not their row had been sent.'),
  expectedHitRate: share('Reads that the plan expected to serve.'),
  volume: z
    .strictObject({
      expectedReads: count('Reads that the plan expected of the whole group.'),
      share: count("The log's among them, past 1 where there were more."),
    })
    .optional(),
  halfLifeMs: durationMs('That the plan was made with.').optional(),
  calibration: calibration.optional(),
  wasted: z.strictObject({
    keys: count('Planned keys that were sent and not read within the horizon.'),
    sentKeys: count('Planned keys that were sent.'),
    byVolume: count('How many of the unread ones come of the log having fewer reads than the group.'),
    bytes: bytes('The size of the unread ones.').optional(),
    sizedByMean: count(
      "Those whose size the plan does not have: they count as the mean of the run's hot rows.",
    ).optional(),
  }),
  expectedTimes: z
    .strictObject({
      keys: count('Planned keys that were read, and whose expected time is not before the log.'),
      earlyShare: share('Those that were read before they were expected; a half is right.'),
      medianErrorMs: durationMs('Half of the errors, in either direction, are no larger.'),
      ninetyErrorMs: durationMs('Nine of ten are no larger.'),
      beforeLog: count('Keys that were expected before the log begins, and are left out.'),
      bins: z
        .array(
          z.strictObject({
            fromMs: durationMs("The least expected time, from the plan's origin."),
            toMs: durationMs('The greatest one.'),
            keys: count('Keys in between.'),
            earlyShare: share('As above.'),
            medianErrorMs: durationMs('As above.'),
          }),
        )
        .describe('By expected time, as many keys in each.'),
    })
    .describe('How the expected times of first reads came out.')
    .optional(),
  missed: z
    .strictObject({
      recent: count('Reads of keys read within one half-life before the origin.'),
      older: count('Reads of keys read longer ago.'),
      unseen: count('Reads of keys never read before.'),
      uncounted: count('Reads of keys past the number that is followed.'),
    })
    .describe('Reads of keys that were not planned.')
    .optional(),
  course: course('Over the horizon.'),
});

const readyTimes = z.strictObject({
  windowReads: count('Reads of a window.'),
  firstReadMs: durationMs("The first read, from the run's start."),
  times: z.array(
    z.strictObject({
      share: share('The hit rate.'),
      afterMs: durationMs(
        "From then on every window of reads has it, from the run's start; absent where that never was.",
      ).optional(),
    }),
  ),
});

export const cameTrue = z.strictObject({
  version: z.literal(2),
  measuredAtMs: timeMs('When it was measured.'),
  log: z.strictObject({
    reads: count('Reads in the log.'),
    writes: count('Writes in the log.'),
    firstMs: timeMs('Its first event.').optional(),
    lastMs: timeMs('Its last event.').optional(),
    future: count(
      'Of the reads, those more than a minute later than when they were measured: a clock is wrong.',
    ).optional(),
  }),
  leftOut: z
    .strictObject({
      twice: count("Reads within the time of a log of the joiner's own, which has them."),
      early: count('Reads from before the run began.'),
      clockAheadMs: durationMs(
        "What was taken off the times of the joiner's own log: so far its clock was ahead.",
      ),
    })
    .describe('Absent where an earlier version of foresync measured.')
    .optional(),
  plan: planCameTrue.optional(),
  replica: z.strictObject({
    ...hitCount,
    measured: hits
      .describe('Those whose hits the joiner itself has logged; the hits of all others are modelled.')
      .optional(),
    kinds: z
      .strictObject({
        planned: hits.describe('Rows of the plan.'),
        snapshot: hits.describe('All other rows that were there.'),
        readThrough: hits.describe('Rows that an earlier miss had fetched.').optional(),
        newKeys: hits
          .describe('Keys that were new: a read found no row, and the row came with the Delta Log.')
          .optional(),
        noSuchRow: hits.describe('Keys of which no read found a row.').optional(),
        unanswered: hits
          .describe('Reads of keys that are not planned, while no donor could be asked.')
          .optional(),
      })
      .describe('By what brought the row; the last four where a log says which reads hit.')
      .optional(),
    ready: readyTimes
      .describe(
        'From when on half, nine tenths and 99 % of the reads were hits; absent where there are too few.',
      )
      .optional(),
    readyMeasured: readyTimes
      .describe('The same by the measured reads alone, where the hits of others are modelled.')
      .optional(),
    beforeHot: hits,
    hotToSync: hits,
    inSync: hits,
    unknown: count('Reads after the end of a run that never was in sync.'),
    course: course("From the run's start, and a quarter longer than it took."),
  }),
});
