import { z } from 'zod';
import type { LogReading } from '../../core/metrics/measure-run.ts';
import type { RunReport } from '../../core/metrics/run-report.ts';
import { type GroupParameters, type ParameterChange, parameterNames } from '../../core/state/parameters.ts';
import type { Tuning } from '../../core/tuning/tune-by-run.ts';
import { rejectedLine } from './analyze.ts';
import { declaredAs } from './declared-as.ts';
import { bytes, count, durationMs, flag, gate, share, text, timeMs } from './figures.ts';
import { moved, verification } from './run.ts';

const hitCount = { reads: count('Reads.'), hits: count('Those that found their row.') };
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
  }),
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

const cameTrue = z.strictObject({
  version: z.literal(2),
  measuredAtMs: timeMs('When it was measured.'),
  log: z.strictObject({
    reads: count('Reads in the log.'),
    writes: count('Writes in the log.'),
    firstMs: timeMs('Its first event.').optional(),
    lastMs: timeMs('Its last event.').optional(),
  }),
  plan: planCameTrue.optional(),
  replica: z.strictObject({
    ...hitCount,
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
      'Reads within the horizon that hit a planned row which had been sent: the hit rate that came true, and what --fail-under judges.',
    ).optional(),
    replicaHitRate: share(
      "Reads since the run's start that found their row at that moment, or more.",
    ).optional(),
    figures: figures.optional(),
    cameTrue: cameTrue.describe("Once the joiner's log was measured.").optional(),
  }),
);

const parameters = z.array(
  declaredAs<GroupParameters>()(
    z.strictObject({
      group: text('The replica group; absent for plans without one.').optional(),
      parameters: z.strictObject({
        horizonMs: durationMs('How far plans look ahead.').optional(),
        halfLifeMs: durationMs('Of the decayed count.').optional(),
        minConfidence: share('The threshold of plans.').optional(),
      }),
    }),
  ),
);

const parameterChanges = z
  .array(
    declaredAs<ParameterChange>()(
      z.strictObject({
        group: text('The replica group.').optional(),
        name: z.enum(parameterNames),
        old: count('Its value before.'),
        new: count('Its value since.'),
        reason: text('Why, one sentence.'),
        runId: text('The run that it was tuned by.'),
        changedMs: timeMs('When.'),
      }),
    ),
  )
  .describe('Newest first.');

const tuning = declaredAs<Tuning>()(
  z.strictObject({
    name: z.enum(parameterNames),
    old: count('The value that the plan used.').optional(),
    new: count('Absent where the parameter stays.').optional(),
    reason: text('Why, one sentence.'),
  }),
);

const logReading = declaredAs<LogReading>()(
  z.strictObject({
    name: text('As it was named.'),
    events: count('Events in it.'),
    rejected: count('Lines that cannot be read.'),
    firstRejects: z.array(rejectedLine).describe('The first five.'),
  }),
);

export const metricsListJson = z.strictObject({
  runs: z.array(runReport).describe('Newest first, without tries that ended before anything had begun.'),
  parameters: parameters.optional(),
  parameterChanges: parameterChanges.optional(),
});

export const metricsRunJson = z.strictObject({
  dryRun: flag('Nothing was kept or tuned.'),
  run: runReport,
  logs: z.array(logReading),
  tuning: z.array(tuning),
  parameters,
  parameterChanges,
  gate,
});
