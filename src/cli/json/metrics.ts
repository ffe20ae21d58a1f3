import { z } from 'zod';
import type { LogReading } from '../../core/metrics/measure-run.ts';
import type { RunReport } from '../../core/metrics/run-report.ts';
import type { Trend } from '../../core/metrics/run-trend.ts';
import { type ComparedValue, type RunValueName, runValues } from '../../core/metrics/run-values.ts';
import { rejectedLine } from './analyze.ts';
import { cameTrue } from './came-true.ts';
import { declaredAs } from './declared-as.ts';
import { count, flag, gate, share, text, timeMs } from './figures.ts';
import { runFigures } from './run-figures.ts';
import { parameterChanges, parameterSteps, parameters, tuning } from './tune.ts';

const valueNames = runValues.map(({ name }) => name) as [RunValueName, ...RunValueName[]];

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
    figures: runFigures.optional(),
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
  buffers: z
    .strictObject({
      sinceMs: timeMs('When the run was over.'),
      hits: count('Pages of the table and its indexes that were found in memory since then.'),
      reads: count('Those that were not.'),
    })
    .describe("What the joiner's server has counted, at PostgreSQL; replication's own are among them.")
    .optional(),
  buffersNotAsked: text('Why that is not known.').optional(),
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
