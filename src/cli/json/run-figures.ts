import { z } from 'zod';
import { bytes, count, durationMs, flag, share, text, timeMs } from './figures.ts';
import { buffers, joinerClock, logPlace, moved, msRange, verification, warmed, writeTimes } from './run.ts';

/** What a run says of itself. */
export const runFigures = z.strictObject({
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
  warmed: warmed.optional(),
  buffers: buffers.optional(),
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
