import { z } from 'zod';
import type { PrefetchResult } from '../../core/sync/prefetch.ts';
import type { ReleaseResult } from '../../core/sync/release.ts';
import type { TakenAway } from '../../core/sync/take-away.ts';
import { cameTrue } from './came-true.ts';
import { declaredAs } from './declared-as.ts';
import { bytes, count, flag, share, text, timeMs } from './figures.ts';
import { runSnapshot } from './run.ts';
import { tuning } from './tune.ts';

const runId = text('The id of the run.');
const donor = text('Its name.');
const reason = text('Why something may be left there.').optional();
const dryRun = flag('Nothing was changed: this is what would be.');

export const addReplicaJson = z.strictObject({
  runId,
  watermark: count("The position in the lead's Delta Log at which the joiner equals it."),
  rows: count('Rows that it has.'),
  plan: text('Where the plan came from, in words; absent without one.').optional(),
  run: runSnapshot,
  cameTrue: cameTrue.describe('With --serve, by the log of the reads that were answered.').optional(),
  tuning: z.array(tuning).describe('What the run made of the parameters, with --serve.').optional(),
  notMeasured: text('With --serve: why that log could not be measured.').optional(),
});

export const prefetchJson = declaredAs<{ runId: string } & PrefetchResult>()(
  z.strictObject({
    runId,
    captureId: text('The id of the Delta Log.'),
    donors: z.array(
      z.strictObject({
        donor,
        rows: count('Rows in its Prefetch Cache.'),
        missing: count('Planned keys without a row.'),
        storedBytes: bytes('What they take there.'),
        cache: text('Where it is; absent where none was made.').optional(),
        full: flag('It came to its limit.'),
      }),
    ),
  }),
);

export const releaseJson = declaredAs<{ dryRun: boolean } & ReleaseResult>()(
  z.strictObject({
    dryRun,
    captureId: text('The id of the Delta Log that was ended; absent where there was none.').optional(),
    donors: z.array(z.strictObject({ donor, released: flag('No Prefetch Cache is left there.'), reason })),
  }),
);

const was = z.enum(['running', 'died', 'stopped', 'failed', 'done', 'released', 'aborted']);
const place = (words: string) =>
  z
    .strictObject({ joiner: donor, path: text('Its path.') })
    .describe(words)
    .optional();

const takenAway = declaredAs<TakenAway>()(
  z.strictObject({
    capture: z
      .strictObject({ donor, id: text('Its id.'), keys: count('Keys in it.') })
      .describe('The Delta Log at the lead.')
      .optional(),
    caches: z.array(z.strictObject({ donor, reason })).describe('The Prefetch Caches, a donor each.'),
    staging: place('The half-built joiner.'),
    withdrawn: place('The table itself, which had appeared before it was whole.'),
    kept: z
      .strictObject({ donor, id: text('Its id.') })
      .describe('The Delta Log of a prefetch that the run used; it stays.')
      .optional(),
    slot: z
      .strictObject({ donor, name: text('Its name.'), retainedBytes: bytes('WAL that was kept for it.') })
      .describe('Of a run between PostgreSQL servers: its replication slot at the lead.')
      .optional(),
    stays: z
      .strictObject({
        joiner: donor,
        reason: text('Why.'),
        slot: text('The slot that is kept for a subscription there.').optional(),
      })
      .describe('A PostgreSQL joiner that could not be asked, or cleaned: what is there stays.')
      .optional(),
    unsynced: z
      .strictObject({ joiner: donor, table: text('Its name.') })
      .describe('A table in its place at a PostgreSQL joiner that nothing keeps in sync.')
      .optional(),
    hasTable: flag('The joiner holds the table.'),
  }),
);

export const abortJson = z.strictObject({
  runId: text('The id of the run; absent where none was named and none has anything left.').optional(),
  was: was.optional(),
  process: z
    .enum(['stopped', 'killed', 'gone'])
    .describe('How its process ended; absent where none lived.')
    .optional(),
  outcome: z
    .enum(['done', 'aborted', 'nothing'])
    .describe('`nothing`: nothing was left of it, so there is no more to tell.'),
  dryRun,
  ...takenAway.partial().shape,
});

export const throttleJson = z.strictObject({
  runId,
  bytesPerSecond: z.number().nullable().describe('Null for no limit.'),
  isPaused: flag('It waits until it is told to go on.'),
  dryRun,
});

const standing = z.strictObject({
  id: text('The id of the run.'),
  command: z.enum(['prefetch', 'add-replica']),
  group: text('The replica group.'),
  table: text('The table.'),
  joiner: text('The new replica.').optional(),
  standing: was,
  startedMs: timeMs('When it began.'),
  endedMs: timeMs('When it ended.').optional(),
  lastSignMs: timeMs('When it last said how far it is.'),
  continuedBy: text('The id of the run that has gone on with what this one left.').optional(),
  canResume: flag('resume goes on with it.'),
  canAbort: flag('abort takes something away.'),
  wasRefused: flag('It ended before anything had begun: refused, or interrupted.'),
  pid: count('Its process.').optional(),
  host: text('Where that is.').optional(),
  holdsPrefetch: flag('A prefetch that waits for an add-replica.'),
  phase: text('The phase that it is in, or failed in.').optional(),
  share: share('How much of that is done.').optional(),
  run: runSnapshot.optional(),
});

export const reportJson = z.strictObject({
  runId,
  file: text('The page, its absolute path.'),
  sizeBytes: bytes('Its size.'),
  dryRun: flag('It was only told.'),
});

const slot = z.strictObject({
  lead: donor,
  group: text('The replica group.'),
  name: text('Its name.'),
  isActive: flag('Somebody reads it just now.'),
  walStatus: text(
    "How safe what it needs of the WAL is, in PostgreSQL's words; `lost`: it is gone; `missing`: there is no slot, and a publication alone.",
  ),
  retainedBytes: bytes('WAL that the lead keeps for it.'),
  behindBytes: bytes('WAL that whoever reads it has not confirmed yet.'),
  safeBytes: bytes('How much more may be written before it is lost; absent without a bound.').optional(),
  use: z.enum(['copy', 'subscription']).describe('What it was made for, or is kept for.').optional(),
  joiner: text('The replica that it is for.').optional(),
  runId: text('The newest run of this state file that made it.').optional(),
});
const slots = {
  slots: z
    .array(slot)
    .describe("foresync's slots at PostgreSQL leads; absent where no lead is at PostgreSQL.")
    .optional(),
  slotsNotKnown: z
    .array(z.strictObject({ lead: donor, group: text('The replica group.'), reason: text('Why.') }))
    .describe('Leads that could not be asked for them.')
    .optional(),
};

const standings = (words: string) => z.array(standing).describe(words);
export const statusListJson = z.strictObject({
  running: standings('Newest first, as all of these.'),
  unfinished: standings('Stopped, failed or dead, with something left.'),
  held: standings('Prefetches that wait for an add-replica.'),
  refused: standings('Tries that ended before anything had begun.'),
  ended: standings('All others.'),
  ...slots,
});
export const statusRunJson = z.strictObject({ run: standing, ...slots });
