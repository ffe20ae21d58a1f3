import { z } from 'zod';
import type { LogReading } from '../../core/metrics/measure-run.ts';
import type { RunReport } from '../../core/metrics/run-report.ts';
import type { Trend } from '../../core/metrics/run-trend.ts';
import { type ComparedValue, type RunValueName, runValues } from '../../core/metrics/run-values.ts';
import { rejectedLine } from './analyze.ts';
import { declaredAs } from './declared-as.ts';
import { bytes, count, durationMs, flag, gate, share, text, timeMs } from './figures.ts';
import { joinerClock, logPlace, moved, msRange, verification, writeTimes } from './run.ts';
import { parameterChanges, parameterSteps, parameters, tuning } from './tune.ts';

const valueNames = runValues.map(({ name }) => name) as [RunValueName, ...RunValueName[]];

const hitCount = { reads: count('Reads.'), hits: count('Those that hit.') };
const hits = z.strictObject(hitCount);

const figures = z.strictObject({
  plan: z
    .strictObject({
      keys: count('Planned keys.'),
      sentKeys: count('Those whose turn came before the snapshot.'),
      sentBefore: flag('An earlier run had sent them.'),
      missingKeys: count('Planned keys without a row.'),
      expectedHitRate: share('Reads that the plan expected to serve.'),
      minConfidence: share('The threshold.'),
      originMs: timeMs('Where the forecast began.'),
      horizonMs: durationMs('How far it looked ahead.'),
    })
    .optional(),
  moved: z
    .strictObject({ cache: moved, hot: moved, snapshot: moved, delta: moved, repair: moved, fetched: moved })
    .describe('What arrived, by kind.'),
  hotReadyMs: durationMs("From the run's start to hot-ready.").optional(),
  inSyncMs: durationMs("From the run's start to in sync.").optional(),
  deltaRounds: count('Rounds of the Delta Log.').optional(),
  mostDeltaKeys: count("As many keys as the lead's Delta Log ever held.").optional(),
  donors: z
    .array(
      z.strictObject({
        donor: text('Its name.'),
        rows: count('Rows that it gave.'),
        rawBytes: bytes('Their size, as read there.'),
        wireBytes: bytes('Their size as sent.'),
        cpuMs: durationMs(
          'Time of processors that its agent took; of a run that came to its end.',
        ).optional(),
        peakBytes: bytes('The most memory that its agent had; as above.').optional(),
        writes: writeTimes,
      }),
    )
    .describe('What the run cost each donor.'),
  promise: z
    .strictObject({
      hotReady: msRange('When all planned rows were to be there; absent without a plan.').optional(),
      inSync: msRange('When it was to be in sync.'),
      from: z.enum(['runs', 'measured']),
      runs: count('How many earlier runs it was made by.'),
    })
    .describe("What was promised before the first row was read, from the run's start.")
    .optional(),
  limitBytesPerSecond: bytes('Of what went to the joiner, a second, at the end.').optional(),
  phases: z
    .array(z.strictObject({ name: text('The phase.'), ms: durationMs('What it took.') }))
    .describe('In their order.'),
  resumed: flag('It went on with what an earlier run had left.'),
  serving: z
    .strictObject({
      reads: count('Reads that the joiner answered.'),
      hits: count('Those that it answered by itself.'),
      notLogged: count('Reads that its log does not have, since the disk was too slow for it.').optional(),
      log: logPlace,
    })
    .describe('With --serve.')
    .optional(),
  joinerClock,
  tableRows: count('Rows of the table.').optional(),
  snapshotSmallerBy: share('Rows that the snapshot did not have to send.').optional(),
  verification: verification.optional(),
  error: text('Why it failed.').optional(),
  startedAtMs: timeMs('When the run began.'),
  lastKnownMs: timeMs('When it last said anything.'),
  hotReadyAtMs: timeMs('When it was hot-ready.').optional(),
  inSyncAtMs: timeMs('When it was in sync.').optional(),
});

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

const runReport = declaredAs<RunReport>()(
  z.strictObject({
    id: text('The id of the run.'),
    command: z.enum(['prefetch', 'add-replica']),
    group: text('The replica group.'),
    table: text('The table.'),
    joiner: text('The new replica.').optional(),
    startedMs: timeMs('When it began.'),
    endedMs: timeMs('When it ended.').optional(),
    outcome: z.enum(['running', 'done', 'stopped', 'failed', 'released', 'aborted']),
    expectedHitRate: share('Reads that the plan expected to serve.').optional(),
    planHitRate: share(
      'Reads within the horizon that were of planned keys whose row had been sent, and what --fail-under judges.',
    ).optional(),
    replicaHitRate: share(
      "The hit rate: reads since the run's start that the joiner answered by itself.",
    ).optional(),
    figures: figures.optional(),
    cameTrue: cameTrue.describe("Once the joiner's log was measured.").optional(),
  }),
);

const logReading = declaredAs<LogReading>()(
  z.strictObject({
    name: text('As it was named.'),
    isServed: flag('The joiner wrote it with --serve, and says which reads hit.'),
    events: count('Events in it.'),
    rejected: count('Lines that cannot be read.'),
    firstRejects: z.array(rejectedLine).describe('The first five.'),
    isCut: flag('It ends in the middle of a line, which is not counted.'),
  }),
);

export const metricsListJson = z.strictObject({
  runs: z.array(runReport).describe('Newest first, without tries that ended before anything had begun.'),
  trends: z
    .array(
      declaredAs<Trend>()(
        z.strictObject({
          group: text('The replica group.'),
          table: text('The table.'),
          runIds: z.array(z.string()).describe('Those that got in sync, oldest first.'),
          lines: z.array(
            z.strictObject({
              name: z.enum(valueNames),
              unit: z.enum(['share', 'ms', 'bytes', 'count']),
              values: z
                .array(z.number().nullable())
                .describe('In the order of the runs; null where it is not known.'),
            }),
          ),
        }),
      ),
    )
    .describe('Of each table with two such runs or more.')
    .optional(),
  parameters: parameters.optional(),
  parameterChanges: parameterChanges.optional(),
  parameterSteps: parameterSteps.optional(),
});

export const metricsRunJson = z.strictObject({
  dryRun: flag('Nothing was kept or tuned.'),
  run: runReport,
  logs: z.array(logReading),
  notMeasured: text('Why the log that the joiner wrote with --serve was not measured.').optional(),
  tuning: z.array(tuning),
  parameters,
  parameterChanges,
  parameterSteps,
  gate,
});

/** Of two runs. */
export const metricsCompareJson = z.strictObject({
  compared: z.array(runReport).describe('Both, in the order in which they were named.'),
  values: z.array(
    declaredAs<ComparedValue>()(
      z.strictObject({
        name: z.enum(valueNames),
        unit: z.enum(['share', 'ms', 'bytes', 'count']),
        first: count('Of the first run.').optional(),
        second: count('Of the second.').optional(),
        difference: count('Of the second over the first; absent where one of them is not known.').optional(),
        verdict: z
          .enum(['better', 'worse'])
          .describe('Of the second; absent where both are alike, or neither more nor less is better.')
          .optional(),
      }),
    ),
  ),
});

/** With --prometheus. */
export const metricsCollectorJson = z.strictObject({
  prometheus: z.strictObject({
    file: text('The file, its absolute path.'),
    runs: count('Runs in it.'),
    dryRun: flag('It was only told.'),
  }),
});
