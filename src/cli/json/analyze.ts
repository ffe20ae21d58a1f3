import { z } from 'zod';
import { formats } from '../../core/access-log/layout.ts';
import type { LogReport } from '../../core/history/log-report.ts';
import { declaredAs } from './declared-as.ts';
import { bytes, count, durationMs, flag, text, timeMs } from './figures.ts';
import { trafficProfile } from './traffic.ts';

export const rejectedLine = z.strictObject({
  line: count('Its number, from 1.'),
  reason: text('Why it cannot be read.'),
});

const lineCounts = {
  lines: count('All lines.'),
  events: count('Events in them.'),
  eventLines: count('Lines that gave events.'),
  rejected: count('Lines that cannot be read.'),
  ignored: count('Headers, blank lines, comments, and what neither reads nor writes.'),
  headers: count('How many of those are headers.'),
  unmatched: count('How many of those a pattern did not match.'),
};

const times = z.strictObject({
  firstMs: timeMs('Of the first event in the log.').optional(),
  lastMs: timeMs('Of the last event in the log.').optional(),
  earliestMs: timeMs('The earliest.').optional(),
  latestMs: timeMs('The latest.').optional(),
  outOfOrder: count('Events that are earlier than the one before.'),
  farthestBackMs: durationMs('How far one lies before the latest of those before it, at most.'),
  future: count('Events more than a minute later than they were read.'),
  units: z
    .strictObject({ s: z.number(), ms: z.number(), us: z.number(), ns: z.number() })
    .describe('How many times were numbers in which unit.'),
});

const table = z.strictObject({
  rejects: z.array(z.strictObject({ reason: text('Why.'), rows: count('Rows that were rejected.') })),
  pendingRows: count('Rows so new that the next run counts them.'),
  lateRows: count('Rows that came in too late to be counted.'),
  countedToMs: timeMs('Rows before it were counted.').optional(),
  coldEvents: count('Events of keys that are kept together.'),
});

const column = z.string().optional();

/** What became of one log. */
export const logReport = declaredAs<LogReport>()(
  z.strictObject({
    path: text('As it was named or found.'),
    replica: text('Whose log it is.'),
    format: z.enum([...formats, 'clickhouse']).optional(),
    compression: z.enum(['none', 'gzip', 'zstd', 'brotli', 'xz']),
    columns: z
      .strictObject({ time: column, op: column, key: column, size: column })
      .describe('Where each was taken from.'),
    ...lineCounts,
    rejects: z.array(rejectedLine).describe('The first five.'),
    times: times.optional(),
    bytes: bytes('What was read, after decompression.'),
    state: z.enum(['new', 'grown', 'unchanged', 'empty']),
    table: table.describe('Of a table at ClickHouse.').optional(),
  }),
);

export const analyzeJson = z.strictObject({
  dryRun: flag('Nothing was kept.'),
  files: z.array(logReport),
  ...lineCounts,
  seconds: count('What it took.'),
  eventsPerSecond: count('Events in a second of that.'),
  replicasWithoutLogs: z.array(z.string()).describe('Replicas of foresync.yaml none of whose logs is there.'),
  history: trafficProfile.nullable().describe('All of the access history; null while it is empty.'),
});

export type AnalyzeJson = z.infer<typeof analyzeJson>;
