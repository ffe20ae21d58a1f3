import { z } from 'zod';
import {
  bytes,
  chunkBytes,
  chunkKeys,
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

const tail = z.strictObject({
  watermark: count,
  keys: count,
  rows: count,
  complete: z.boolean(),
  backlog: count,
  logKeys: count,
  rawBytes: bytes,
  lastRowid,
});

/** What a donor answers. It keeps its place in the Delta Log, in the snapshot and in the verification, so that requests can be sent ahead. */
export const donorRequests = {
  /** Opens a donor's table. May be repeated. */
  'donor.open': request(
    z.strictObject({ path: file, table: tableName }),
    z.strictObject({
      shape,
      rowsEstimate: count,
      sizeBytes: bytes,
      alone: z.boolean(),
      walMode: z.boolean(),
      fileId: z.string().max(200),
    }),
  ),
  'capture.read': request(
    none,
    z.strictObject({
      id: id.optional(),
      watermark: count,
      keys: count,
      broken: z.string().max(100).optional(),
      leaseUntilMs: z.number(),
      /** Absent where there is no capture. */
      budgetKeys: count.optional(),
    }),
  ),
  /**
   * Starts or keeps capture under this id, with this budget, and follows it from then on. With `instead` the one with
   * that id is kept, and has this id from then on; where it is not there and whole any longer, nothing is started. `prunedTo`: changes up to here are no longer in the log.
   */
  'capture.start': request(
    z.strictObject({ id, instead: id.optional(), leaseMs: count, budgetKeys: count }),
    z.strictObject({ watermark: count, keys: count, prunedTo: count }),
  ),
  /** Tells how long the donor's own write took, lock and commit together. */
  'capture.renew': request(
    z.strictObject({ leaseMs: count }),
    z.strictObject({ writeMs: z.number().min(0) }),
  ),
  'capture.stop': request(none, none),
  /** Opens the Prefetch Cache of a capture, or starts a new one; what another capture left is dropped. */
  'cache.open': request(
    z.strictObject({
      captureId: id,
      kind: z.enum(['memory', 'file']),
      limitBytes: bytes,
      create: z.boolean(),
    }),
    z.strictObject({ chunks: count, storedBytes: bytes, path: z.string().max(4096).optional() }),
  ),
  /** Reads planned keys into the cache. Part: the keys. `full`: nothing was stored, the cache is at its limit. */
  'cache.fill': request(
    z.strictObject({ maxBytes: chunkBytes, digests: z.boolean() }),
    z.strictObject({
      keysRead: count,
      rows: count,
      missing: count,
      rawBytes: bytes,
      storedBytes: bytes,
      full: z.boolean(),
    }),
  ),
  'cache.drop': request(none, none),
  /**
   * Planned rows, from the cache where it has them. Part: the keys. Parts back: rows and, with `digests`, their digests.
   * `leaveOut`: the snapshot need not bring them again.
   */
  'hot.read': request(
    z.strictObject({ maxBytes: chunkBytes, leaveOut: z.boolean(), digests: z.boolean() }),
    z.strictObject({
      keysRead: count.min(1),
      rows: count,
      missing: count,
      cached: z.boolean(),
      rawBytes: bytes,
      quiet: z.boolean(),
    }),
  ),
  /** Rows as they are now, out of turn. Part: the keys. Part back: rows. */
  'rows.read': request(
    z.strictObject({ maxBytes: chunkBytes }),
    z.strictObject({ keysRead: count.min(1), rows: count, watermark: count, rawBytes: bytes }),
  ),
  /**
   * The lead's word on planned rows that another donor gave. Parts: the keys, that donor's digests. Parts back, where
   * something differs: rows, keys. The snapshot need not bring any of them again.
   */
  'hot.settle': request(
    z.strictObject({ maxBytes: chunkBytes }),
    z.strictObject({ keysRead: count.min(1), rows: count, differing: count, rawBytes: bytes }),
  ),
  /**
   * Sets the donor's places: after which change the Delta Log goes on, and after which row the snapshot does. From here on
   * answers tell whether it was `quiet`: nobody else has written to its file since.
   */
  'donor.seek': request(z.strictObject({ watermark: count, snapshotAfter: scanKey.optional() }), none),
  /** Part back: rows, packed with zstd's `level`; none after the end of the table. `to` is where they end, absent at the end of the table. */
  'snapshot.next': request(
    z.strictObject({ targetBytes: chunkBytes, level: z.number().int().min(1).max(19) }),
    z.strictObject({
      rows: count,
      to: scanKey.optional(),
      share: z.number(),
      rawBytes: bytes,
      backlog: count,
      quiet: z.boolean(),
    }),
  ),
  /** Part back: the tail. */
  'delta.next': request(z.strictObject({ maxKeys: chunkKeys, maxBytes: chunkBytes }), tail),
  /** Counts the rows, so that `verify.begin` knows their number as long as nobody writes. */
  'donor.count': request(none, none),
  /** Begins verification: `recheck.next` is for what changed since here; for all that the joiner was given as changed where it is `quiet`. */
  'verify.begin': request(
    z.strictObject({ count: z.boolean() }),
    /** `rows` of the table, where they were to be counted and it was quiet. */
    z.strictObject({ quiet: z.boolean(), rows: count.optional() }),
  ),
  /**
   * Takes changes up to `watermark`, which the joiner must have, out of the Delta Log: `maxKeys` of them at most, in one
   * short write. `keys` are left in the log; `complete` where none up to `watermark` is. May be repeated.
   */
  'delta.prune': request(
    z.strictObject({ watermark: count, maxKeys: chunkKeys }),
    z.strictObject({ keys: count, complete: z.boolean() }),
  ),
  /** Part back: the tail. `range` is absent where the tail is not complete, and after the end of the table. */
  'verify.next': request(
    z.strictObject({ targetBytes: chunkBytes, maxKeys: chunkKeys, maxBytes: chunkBytes }),
    z.strictObject({
      tail,
      range: range.extend({ rows: count, digest: z.string().length(64), share: z.number() }).optional(),
      done: z.boolean(),
    }),
  ),
  /** Parts back: the tail, rows. */
  'range.read': request(
    z.strictObject({ range, maxKeys: chunkKeys, maxBytes: chunkBytes }),
    z.strictObject({ tail, rows: count, digest: z.string().length(64).optional() }),
  ),
  /** Changes since verification began. Parts back: the tail, keys, rows. */
  'recheck.next': request(
    z.strictObject({ maxKeys: chunkKeys, maxBytes: chunkBytes }),
    z.strictObject({
      tail,
      recheck: z
        .strictObject({
          keys: count,
          rows: count,
          until: count,
          digest: z.string().length(64),
          complete: z.boolean(),
          lastRowid,
        })
        .optional(),
    }),
  ),
} as const;
