import { z } from 'zod';
import {
  hookNames,
  hookStates,
  limitSetters,
  phaseNames,
  promiseGrounds,
  warmedBy,
} from '../../core/sync/events.ts';
import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import type { RunProgress } from '../../ui/json-lines.ts';
import { declaredAs } from './declared-as.ts';
import { bytes, count, durationMs, flag, isoTime, share, text, timeMs } from './figures.ts';

const counted = {
  rows: count('Rows that arrived.'),
  rawBytes: bytes('Their size before compression.'),
  wireBytes: bytes('Their size as sent.'),
};
export const moved = z.strictObject(counted);

const phase = z.strictObject({
  name: z.enum(phaseNames),
  state: z.enum(['waiting', 'running', 'done', 'skipped', 'failed']),
  startedAtMs: timeMs('Of the last time that it ran, where the run had to connect anew.').optional(),
  endedAtMs: timeMs('When it ended.').optional(),
  earlierMs: durationMs('What it took the times before.').optional(),
  share: share('How much of it is done.').optional(),
});

const plan = z.strictObject({
  keys: count('Planned keys that are sent first.'),
  expectedReads: count('Reads that are expected of them.'),
  expectedHitRate: share('Reads that the plan expects to serve.'),
  minConfidence: share('Entries below it are not sent first.'),
  origin: isoTime('Where the forecast begins.'),
  horizonMs: durationMs('How far it looks ahead.'),
  arrivedKeys: count('Planned keys whose rows are on the joiner.'),
  missingKeys: count('Planned keys without a row.'),
  arrivedReads: count('Reads that are expected of what has arrived.'),
});

export const verification = z.strictObject({
  ranges: count('Ranges of the table that were compared.'),
  rows: count('Rows in them.'),
  differences: count('Rows that differed.'),
  repairedRows: count('Rows that were sent again.'),
});

export const warmed = z
  .strictObject({
    rows: count('Planned rows that were read there.'),
    pages: count('Pages that this brought into its buffers.'),
    bytes: bytes('Their size.'),
    by: z.enum(warmedBy).describe('`pg_prewarm` where that read the index of the key.'),
  })
  .describe("What was warmed of the buffers of the joiner's server, at PostgreSQL.");

export const buffers = z
  .strictObject({
    atMs: timeMs('When.'),
    tableId: count('The number that the server gives the table.'),
    hits: count('Pages of the table that were asked for and found in memory, until then.'),
    reads: count('Those that were not found there.'),
  })
  .describe("What the joiner's server had counted when the run was over, at PostgreSQL.");

export const msRange = (words: string) =>
  z
    .strictObject({ leastMs: durationMs('At the soonest.'), mostMs: durationMs('At the latest.') })
    .describe(words);

export const promise = z
  .strictObject({
    hotReady: msRange('When all planned rows were to be there; absent without a plan.').optional(),
    inSync: msRange('When it was to be in sync.'),
    from: z.enum(promiseGrounds).describe('By the rates of earlier runs, or of foresync as it was measured.'),
    runs: count('How many earlier runs that were.'),
  })
  .describe("From the run's start, told before the first row was read; absent for a run that was resumed.")
  .optional();

export const writeTimes = z
  .strictObject({
    count: count('Small writes that were timed.'),
    medianMs: durationMs('Half of them took no longer.'),
    p99Ms: durationMs('99 of a hundred took no longer.'),
    maxMs: durationMs('The longest.'),
  })
  .describe('What writers felt there; with --max-donor-latency.')
  .optional();

export const logPlace = z
  .strictObject({ host: text('`local`, or as ssh takes it.'), file: text('A file there.') })
  .describe('The access log of --serve.')
  .optional();

export const joinerClock = z
  .strictObject({
    aheadMs: durationMs('How far it is ahead of ours; below zero where it is behind.'),
    withinMs: durationMs('Give or take.'),
  })
  .describe("The clock of the joiner's host.")
  .optional();

const shared = {
  runId: text('The id of the run.'),
  command: z.enum(['prefetch', 'add-replica']),
  group: text('The replica group.'),
  table: text('The table.'),
  lead: text('The lead donor.'),
  joiner: text('The new replica; absent for a prefetch.').optional(),
  resumed: flag('It goes on from what an earlier run left.'),
  startedAtMs: timeMs('When it began.'),
  atMs: timeMs('The moment that all of this is of.'),
  phases: z.array(phase).describe('In their order.'),
  plan: plan.optional(),
  tableEstimate: z
    .strictObject({
      rows: count('About how many rows the table has.'),
      sizeBytes: bytes('About how large it is.'),
    })
    .optional(),
  byKind: z
    .strictObject({ cache: moved, hot: moved, snapshot: moved, delta: moved, repair: moved, fetched: moved })
    .describe('What has arrived, by kind.'),
  donors: z.array(
    z.strictObject({
      donor: text('Its name.'),
      host: text('Where it lives.'),
      state: z.enum(['connecting', 'ready', 'reading', 'done', 'lost']),
      answerMs: durationMs('How long it takes for an answer, lately.').optional(),
      writeMs: durationMs('How long a small write takes there; with --max-donor-latency.').optional(),
      writes: writeTimes,
      cpuMs: durationMs('Time of processors that its agent took, at the end.').optional(),
      peakBytes: bytes('The most memory that its agent had.').optional(),
      ...counted,
    }),
  ),
  backlog: z
    .strictObject({
      keys: count('Keys in the Delta Log that the joiner does not have yet.'),
      round: count('The round that is being applied.'),
    })
    .optional(),
  deltaLog: z
    .strictObject({
      keys: count('Keys in the Delta Log at the lead.'),
      mostKeys: count('As many as it ever held.'),
      budgetKeys: count('How many it may hold.'),
      keysPerSecond: count('Over the last ten seconds; below zero while it shrinks.').optional(),
      fullInMs: durationMs('Until its budget is full, at that rate.').optional(),
    })
    .optional(),
  verification: verification.optional(),
  limit: z
    .strictObject({ bytesPerSecond: bytes('Of what goes to the joiner.'), setBy: z.enum(limitSetters) })
    .describe('The limit that is in force.')
    .optional(),
  rowsPerSecond: count('Over the last five seconds.'),
  wireBytesPerSecond: bytes('Over the last five seconds, as sent.'),
  etaMs: durationMs('To the end of the current phase; absent before there is ground for it.').optional(),
  etaRange: z
    .strictObject({
      leastMs: durationMs('At the best speed of the last half minute.'),
      mostMs: durationMs('At the worst one.'),
    })
    .describe('Between which times the current phase ends; absent before the speed was seen to vary.')
    .optional(),
  pausedSinceMs: timeMs('Since when the operator lets it wait; absent while it goes on.').optional(),
  pausedMs: durationMs('In all pauses that are over.'),
  promise,
  joinerClock,
  serving: z
    .strictObject({
      address: text('Where, at its host.'),
      sinceMs: timeMs('Since when.'),
      reads: count('Reads that it has answered.'),
      hits: count('Those that it answered by itself.'),
      readsPerSecond: z.number().describe('Over the last second or so.').optional(),
      recentHitRate: share('Of the last thousand reads, those that it answered by itself.').optional(),
      keysUnderWay: count('Keys that were being fetched for readers.'),
      notLogged: count('Reads that the log does not have, since its disk was too slow or failed.'),
      log: logPlace,
    })
    .describe('Since the joiner answers reads.')
    .optional(),
  warmed: warmed.optional(),
  buffers: buffers.optional(),
  hotReadyAtMs: timeMs('When every planned row was on the joiner.').optional(),
  inSyncAtMs: timeMs('When the joiner was proven equal to the lead.').optional(),
  inSyncRows: count('Rows that it had then.').optional(),
  inSyncWatermark: count("The position in the lead's Delta Log that it was equal at.").optional(),
  follow: z
    .strictObject({
      watermark: count('How far the joiner is.'),
      keysWaiting: count('Keys that it does not have yet.'),
      levelAtMs: timeMs('When it last had all that was committed at the lead.'),
      lagMs: durationMs('How long ago that is.'),
      rows: count('Rows that it has; once following has ended.').optional(),
    })
    .describe('Since the joiner is followed.')
    .optional(),
  hooks: z
    .array(
      z.strictObject({
        hook: z.enum(hookNames),
        state: z.enum(hookStates),
        exitCode: count('Where it ended with one.').optional(),
      }),
    )
    .describe("The operator's commands that were started."),
  outcome: z.enum(['running', 'done', 'stopped', 'failed']),
  error: text('Why it failed.').optional(),
};

/** How a run stands, as a line of progress tells it. */
export const runProgress = declaredAs<RunProgress>()(z.strictObject(shared));

/** How a run stands, or stood at its end. */
export const runSnapshot = declaredAs<RunSnapshot>()(
  z.strictObject({
    ...shared,
    rateHistory: z
      .array(z.number())
      .describe('Bytes sent per second, one value a second, the last 60, oldest first.'),
    notes: z
      .array(
        z.strictObject({
          atMs: timeMs('When.'),
          level: z.enum(['info', 'warning']),
          text: text('In words.'),
        }),
      )
      .describe('The last 50, oldest first.'),
  }),
);
