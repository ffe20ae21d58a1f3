import { z } from 'zod';

/**
 * The requests that an agent answers. A request is one frame, its answer another with the same number; both carry a JSON
 * header and any number of parts: chunk images and key lists, each compressed by zstd, so that the operator's process
 * passes them on as they are. An agent takes requests in order of arrival, and answers when it is done with each.
 *
 * A donor keeps its place in the Delta Log, in the snapshot and in the verification, so that requests can be sent ahead.
 *
 * Its versions are in transport/handshake.ts.
 */

const count = z.number().int().min(0);
const bytes = count;
/** How much may be asked for at a time: it is put together in the agent's memory. */
const chunkBytes = bytes.max(256 << 20);
const chunkKeys = count.max(1_000_000);
const file = z
  .string()
  .max(4096)
  .regex(/^[^\0]+$/);
const tableName = z.string().min(1).max(512);
const id = z.string().min(1).max(200);

const scanPart = z.union([
  z.strictObject({ n: z.literal(true) }),
  z.strictObject({ i: z.string().regex(/^-?\d{1,19}$/) }),
  z.strictObject({ r: z.number() }),
  z.strictObject({ t: z.base64() }),
  z.strictObject({ b: z.base64() }),
]);
const scanKey = z.array(scanPart).min(1).max(64);

const column = z.strictObject({
  name: z.string().max(1024),
  affinity: z.enum(['INTEGER', 'TEXT', 'BLOB', 'REAL', 'NUMERIC']),
  collation: z.string().regex(/^(BINARY|NOCASE|RTRIM)$/i),
});
const columns = z.array(column).max(2000);
const createTable = z
  .string()
  .regex(/^\s*CREATE\s+TABLE\b/i)
  .max(1_000_000);
const shape = z.strictObject({
  name: tableName,
  sql: createTable,
  columns,
  key: columns.min(1),
  rowid: z.string().max(1024).optional(),
  rowidIsColumn: z.boolean(),
  autoincrement: z.boolean(),
  indexes: z.array(
    z.strictObject({
      name: z.string().max(1024),
      sql: z
        .string()
        .regex(/^\s*CREATE\s+(UNIQUE\s+)?INDEX\b/i)
        .max(100_000),
      unique: z.boolean(),
    }),
  ),
  uniques: z.array(
    z.strictObject({
      columns: z.array(column.extend({ fallback: z.string().max(100_000).optional() })).max(2000),
      where: z.string().max(100_000).optional(),
    }),
  ),
  encoding: z.enum(['UTF-8', 'UTF-16le', 'UTF-16be']),
  pageSizeBytes: z.number().int().min(512).max(65536),
});

const stage = z.enum(['hot', 'snapshot', 'delta', 'verify', 'synced']);
const lastRowid = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .optional();
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
const comparison = z.strictObject({ same: z.boolean(), rows: count, differences: count });
const stored = z.strictObject({ rows: count, displaced: z.boolean(), same: z.boolean().optional() });
const none = z.strictObject({});
const problem = z.strictObject({
  kind: z.string().max(40),
  code: z.string().regex(/^[\w-]{1,100}$/),
  message: z.string().max(4000),
  hint: z.string().max(4000).optional(),
});
const free = z.strictObject({ folder: file, freeBytes: bytes });
const fileLook = z.strictObject({
  folderExists: z.boolean(),
  canWriteFolder: z.boolean(),
  freeBytes: bytes.optional(),
  exists: z.boolean(),
  isFile: z.boolean(),
  canRead: z.boolean(),
  canWrite: z.boolean(),
  sizeBytes: bytes,
  ownerUid: count.optional(),
  loginUid: count.optional(),
});
const names = z.array(z.string().max(1024)).max(1000);
const range = z.strictObject({ from: scanKey.optional(), to: scanKey.optional() });

function request<P extends z.ZodType, R extends z.ZodType>(params: P, result: R) {
  return { params, result };
}

export const requests = {
  /** Tells the agent that somebody is there. */
  'agent.ping': request(none, none),
  /** Looks at the host: its clock, and where there is room. May be repeated. */
  'host.look': request(
    none,
    z.strictObject({
      nowMs: z.number(),
      login: z.string().max(200),
      /** Where Prefetch Caches go; a folder that is not there yet is told of by the one that it will be in. */
      cache: free,
      sharedMemory: free.optional(),
      /** Where SQLite sorts what does not fit into memory. */
      sorting: free,
    }),
  ),
  /** Looks at a donor's store. Touches nothing. What comes after a problem is absent. */
  'store.look': request(
    z.strictObject({ path: file, table: tableName, willWrite: z.boolean() }),
    z.strictObject({
      file: fileLook,
      database: z
        .strictObject({ journalMode: z.string().max(20), encoding: z.string().max(20), pageSizeBytes: bytes })
        .optional(),
      table: z
        .strictObject({
          shape,
          rowsEstimate: count,
          sizeBytes: bytes,
          alone: z.boolean(),
          triggers: names,
          views: names,
          parents: names,
        })
        .optional(),
      isCaptured: z.boolean(),
      capture: z
        .strictObject({ id, keys: count, broken: z.string().max(100).optional(), leaseUntilMs: z.number() })
        .optional(),
      caches: z
        .array(z.strictObject({ path: file, sizeBytes: bytes, captureId: z.string().max(200).optional() }))
        .max(10),
      fileId: z.string().max(200).optional(),
      isHalfWritten: z.boolean(),
      problem: problem.optional(),
    }),
  ),
  /** Looks at a joiner's place as `store.look` does at a store. `shape` and `stores` as for the joiner's own requests. */
  'place.look': request(
    z.strictObject({
      path: file,
      table: tableName,
      shape: shape.optional(),
      stores: z.array(file).max(1000),
    }),
    z.strictObject({
      file: fileLook,
      hasTable: z.boolean(),
      stagingBytes: bytes.optional(),
      fileId: z.string().max(200).optional(),
      sameAs: count.optional(),
      isHalfWritten: z.boolean(),
      problem: problem.optional(),
    }),
  ),
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
   * Starts or keeps capture under this id, with this budget, and follows it from then on. `prunedTo`: changes up to here
   * are no longer in the log.
   */
  'capture.start': request(
    z.strictObject({ id, leaseMs: count, budgetKeys: count }),
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
          stage,
          watermark: count,
          rows: count,
          /** It is in sync, or was once. */
          isWhole: z.boolean(),
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

/** An error as it travels. */
export type Problem = z.infer<typeof problem>;

export type RequestType = keyof typeof requests;
export type Params<T extends RequestType> = z.infer<(typeof requests)[T]['params']>;
export type Result<T extends RequestType> = z.infer<(typeof requests)[T]['result']>;

export const requestHeader = z.strictObject({
  n: count,
  type: z.enum(Object.keys(requests) as [RequestType, ...RequestType[]]),
  params: z.unknown(),
  sizes: z.array(bytes).max(8),
});

export const answerHeader = z.strictObject({
  n: count,
  /** How long the agent had nothing to do before the request had come. */
  idleMs: count,
  result: z.unknown().optional(),
  error: problem.optional(),
  sizes: z.array(bytes).max(8),
});

/** What an agent sends now and then while it is busy for long. */
export const beat = z.strictObject({ beat: z.literal(true) });

/** Cuts a frame's payload into its parts. Returns undefined where the sizes do not add up. */
export function splitParts(payload: Buffer, sizes: readonly number[]): Buffer[] | undefined {
  const parts: Buffer[] = [];
  let offset = 0;
  for (const size of sizes) {
    parts.push(payload.subarray(offset, offset + size));
    offset += size;
  }
  return offset === payload.length ? parts : undefined;
}
