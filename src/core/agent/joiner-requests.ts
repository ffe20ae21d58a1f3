import { z } from 'zod';
import {
  bytes,
  count,
  file,
  id,
  lastRowid,
  none,
  range,
  request,
  scanKey,
  shape,
  tableName,
} from './wire-shapes.ts';

const stage = z.enum(['hot', 'snapshot', 'delta', 'verify', 'synced']);
const comparison = z.strictObject({ same: z.boolean(), rows: count, differences: count });
const stored = z.strictObject({ rows: count, displaced: z.boolean(), same: z.boolean().optional() });

/** What a joiner answers. Its checkpoint is in the transaction that applies what a request brings. */
export const joinerRequests = {
  /** Looks at a joiner's place. Touches nothing. `stores`: files of replicas that are said to live on this host. */
  'joiner.look': request(
    z.strictObject({ path: file, table: tableName, stores: z.array(file).max(1000) }),
    z.strictObject({
      fileExists: z.boolean(),
      hasTable: z.boolean(),
      stagingExists: z.boolean(),
      /** Absent where there is no file. */
      fileId: z.string().max(200).optional(),
      /** Which of the stores is the very same file, whatever path leads to it. */
      sameAs: count.optional(),
      freeBytes: bytes,
      /** The table is there and still takes rows of this capture. */
      published: z
        .strictObject({
          captureId: id,
          /** It is in sync, or was once. */
          isWhole: z.boolean(),
          /** The run whose agent takes rows for it and lives, as far as can be seen from there. */
          heldBy: id.optional(),
        })
        .optional(),
    }),
  ),
  'joiner.open': request(
    z.strictObject({ path: file, shape, runId: id, captureId: id, prunedTo: count, logEnd: count }),
    z.strictObject({
      resumed: z.boolean(),
      /** The table is in its place, where applications may use it. */
      published: z.boolean(),
      stage,
      watermark: count,
      snapshotAfter: scanKey.optional(),
      rows: count,
    }),
  ),
  /**
   * Parts: rows, and keys where rows under them are to be replaced. With `compare`, `same` tells whether the table has, to the
   * bit, what came; `displaced`, that a row which was there gave way.
   */
  'joiner.hot': request(z.strictObject({ compare: z.boolean() }), stored),
  'joiner.snapshot': request(z.strictObject({ to: scanKey.optional(), compare: z.boolean() }), stored),
  'joiner.delta': request(
    z.strictObject({ watermark: count, lastRowid, complete: z.boolean().optional() }),
    z.strictObject({ rows: count }),
  ),
  /**
   * Answers reads over HTTP at an address of the joiner's host, as soon as a joiner is open and for as long as the agent lives; `log` is a file there that every read is
   * written to. Keys whose rows are not here yet are told as `wanted` frames, which `joiner.fetched` answers. May be repeated: the server of before stays.
   */
  'joiner.serve': request(
    z.strictObject({
      address: z.string().max(300),
      log: file.optional(),
      maxStalenessMs: z.number().min(0).optional(),
      readyAt: z.number().min(0).max(1),
    }),
    z.strictObject({ address: z.string().max(300) }),
  ),
  /**
   * Of a batch of wanted keys the first `keysRead`, as they were at the lead at `watermark`. Part: their rows; without it nobody can be asked
   * now.
   */
  'joiner.fetched': request(z.strictObject({ batch: count, keysRead: count, watermark: count }), none),
  /** The joiner has all that had changed at the lead `ageMs` ago; `isWhole`: and all rows. */
  'joiner.level': request(z.strictObject({ ageMs: z.number().min(0), isWhole: z.boolean() }), none),
  /** How reads go, since the agent answers them. `recentHitRate`: of the last thousand, absent where there are few. */
  'joiner.reads': request(
    none,
    z.strictObject({
      reads: count,
      hits: count,
      recentHitRate: z.number().min(0).max(1).optional(),
      /** That are being fetched, or are to be. */
      keysUnderWay: count,
      /** Reads that are not in the log. */
      notLogged: count,
    }),
  ),
  'joiner.indexes': request(none, none),
  'joiner.count': request(none, z.strictObject({ rows: count })),
  /** Part: the tail. */
  'joiner.verify': request(
    z.strictObject({ watermark: count, range, digest: z.string().length(64) }),
    comparison,
  ),
  /** Parts: the tail, rows. */
  'joiner.repair': request(
    z.strictObject({ watermark: count, range, digest: z.string().length(64) }),
    comparison,
  ),
  /** Parts: the tail, keys, rows. */
  'joiner.recheck': request(
    z.strictObject({
      watermark: count,
      digest: z.string().length(64),
      complete: z.boolean(),
      lastRowid,
    }),
    comparison,
  ),
  /**
   * Puts the table in its place; of one that is there already it tells the rows alone. `takes`: what may still be sent to it from then on, until it is
   * released. With `rows` it may appear before it is in sync.
   */
  'joiner.publish': request(
    z.strictObject({
      replace: z.boolean(),
      walMode: z.boolean(),
      takes: z.enum(['nothing', 'deltas', 'rows']),
      /** Whether applications are to find in the file how far the table is. */
      status: z.boolean(),
    }),
    z.strictObject({ rows: count, watermark: count }),
  ),
  /** Takes away what makes a table in its place take rows; the table stays. May be repeated. */
  'joiner.release': request(z.strictObject({ path: file, table: tableName }), none),
  /** Drops a table that appeared and never was in sync; the file stays. May be repeated. */
  'joiner.withdraw': request(
    z.strictObject({ path: file, table: tableName }),
    z.strictObject({ withdrawn: z.boolean() }),
  ),
  /** Removes the staging file; refuses one that another run is building. May be repeated. */
  'joiner.discard': request(z.strictObject({ path: file }), none),
} as const;
