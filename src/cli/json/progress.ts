import { z } from 'zod';
import type { ProgressLine, RunMoment, ToldError } from '../../ui/json-lines.ts';
import { report } from './checks.ts';
import { declaredAs } from './declared-as.ts';
import { bytes, count, text, timeMs } from './figures.ts';
import { runProgress } from './run.ts';

const told = declaredAs<ToldError>()(
  z.strictObject({
    code: text('The case, for scripts.'),
    message: text('One line.'),
    hint: text('What to do.').optional(),
    exitCode: count('That the command ends with.'),
  }),
);

/** What `--json` prints in place of a result. */
export const errorJson = z.strictObject({ error: told });

const atMs = timeMs('When it was written.');

const moments = [
  ...(['second', 'asked', 'pause', 'start', 'phase', 'lost', 'hot-ready', 'in-sync', 'hook', 'end'] as const),
] satisfies RunMoment[];

/** The lines of `--progress json`, by their `type`. */
export const progressLines = {
  run: z.strictObject({
    type: z.literal('run'),
    atMs,
    event: z.enum(moments).describe('Why this line is there.'),
    run: runProgress,
  }),
  analyze: z.strictObject({
    type: z.literal('analyze'),
    atMs,
    path: text('The log that is read.'),
    events: count('All events so far.'),
    bytes: bytes('All that was read so far, after decompression.'),
    doneBytes: bytes('What is settled of the logs as they are stored, read now or before.'),
    readBytes: bytes('What this run read of them.'),
    totalBytes: bytes('Their size; absent where one of them has none.').optional(),
    table: z
      .strictObject({ rows: count('Rows that were read.'), ofRows: count('Of so many.').optional() })
      .describe('While a table at ClickHouse is read.')
      .optional(),
  }),
  follow: z.strictObject({
    type: z.literal('follow'),
    atMs,
    event: z.enum(['began', 'stored', 'gone', 'trouble', 'asked']),
    logs: count('Logs that are followed; with `began` and `asked`.').optional(),
    events: count(
      'Events that were stored; with `began` and `stored`, and with `asked` all since it began.',
    ).optional(),
    latestMs: timeMs('The time of the latest of them; with `stored` and `asked`.').optional(),
    path: text('The log that is not there any more; with `gone`.').optional(),
    message: text('Why a log cannot be read now; with `trouble`.').optional(),
  }),
  plan: z.strictObject({
    type: z.literal('plan'),
    atMs,
    step: z.enum(['keys', 'features', 'learn', 'series', 'predict']),
    done: count('How much of the step is done.'),
    all: count('Of so much.'),
  }),
  doctor: z.strictObject({ type: z.literal('doctor'), atMs, ...report.shape }),
  message: z.strictObject({
    type: z.literal('message'),
    atMs,
    level: z.enum(['info', 'warning']),
    text: text('In words.'),
  }),
  error: z.strictObject({
    type: z.literal('error'),
    atMs,
    error: told,
    stack: text('With FORESYNC_DEBUG alone.').optional(),
  }),
};

/** A line of `--progress json`. */
export const progressLine = declaredAs<ProgressLine>()(z.union(Object.values(progressLines) as LineSchemas));

type LineSchemas = (typeof progressLines)[keyof typeof progressLines][];
