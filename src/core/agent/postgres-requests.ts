import { z } from 'zod';
import { joinerLacks } from '../store/postgres/joiner-rights.ts';
import { leaderRequests } from './postgres-leader-requests.ts';
import {
  captureId,
  definition,
  holdToken,
  integerText,
  key,
  keyRange,
  lane,
  position,
  purpose,
  rowsDigest,
  sequences,
  table,
  url,
} from './postgres-shapes.ts';
import { bytes, chunkBytes, chunkKeys, count, id, none, request } from './wire-shapes.ts';

const systemId = z.string().regex(/^\d{1,20}$/);
const words = z.string().max(1000).optional();
const slotWait = z.strictObject({
  pid: count,
  sinceMs: z.number().optional(),
  ...{ application: words, user: words, state: words },
});
const stage = z.enum(['hot', 'snapshot', 'delta', 'verify', 'placed', 'handed']);

/** What an agent answers for PostgreSQL stores. Lists of keys travel as parts: JSON, an array of texts a key. */
export const postgresRequests = {
  /** Opens a donor's table, and refuses what its changes cannot be had of; `id`: the capture whose slot may be there already. May be repeated. */
  'pg.donor.open': request(
    z.strictObject({ url, table, seed: integerText, id: captureId }),
    z.strictObject({
      definition,
      leftOut: z.array(z.string().max(200)).max(10),
      rowsEstimate: count,
      sizeBytes: bytes,
      rowBytes: count,
      systemId,
      timeline: count,
      keyOrder: z.string().max(10_000),
      /** How much WAL a slot may keep at most; absent where there is no bound. */
      keptWalBytes: z.number().min(0).optional(),
    }),
  ),
  /** The slot of a capture; absent where there is none. */
  'pg.capture.look': request(
    z.strictObject({ url, id: captureId }),
    z.strictObject({
      slot: z
        .strictObject({
          confirmedTo: position,
          isActive: z.boolean(),
          isLost: z.boolean(),
          retainedBytes: z.number(),
        })
        .optional(),
    }),
  ),
  /**
   * Makes publication and slot, in this order. Rows may be read once all transactions with an xid below `below` are over. Where the server waits for others it is to be asked
   * again, and tells whom it waits for.
   */
  'pg.capture.start': request(
    z.strictObject({ id: captureId, purpose }),
    z.strictObject({
      begun: z.strictObject({ from: position, below: integerText }).optional(),
      waitsFor: z.array(slotWait).max(20),
    }),
  ),
  'pg.capture.over': request(z.strictObject({ below: integerText }), z.strictObject({ over: z.boolean() })),
  /** The xid that all transactions which are under way now are below. */
  'pg.capture.under-way': request(none, z.strictObject({ below: integerText })),
  /** Takes slot and publication away; with `hold`, only what was made under that hold of the joiner and is for no subscription. May be repeated. */
  'pg.capture.drop': request(z.strictObject({ url, id: captureId, hold: holdToken.optional() }), none),
  /** Opens the stream of changes behind a position that all before was written up to. */
  'pg.stream.open': request(z.strictObject({ id: captureId, from: position, lane }), none),
  /** Confirms what was written, and takes what has come. Part: the changes. */
  'pg.stream.take': request(
    z.strictObject({ flushedTo: position, maxBytes: chunkBytes, waitMs: count.max(10_000), lane }),
    z.strictObject({ bytes }),
  ),
  /** Has those who wait for changes wait no longer. */
  'pg.stream.hurry': request(none, none),
  /** The same for the last time, then frees the slot. */
  'pg.stream.close': request(z.strictObject({ flushedTo: position, lane }), none),
  /** Part: keys that cut a range into smaller ones, of so many rows each. */
  'pg.range.cut': request(
    z.strictObject({ lane, range: keyRange, rows: chunkKeys.min(1), count: count.min(1).max(1000) }),
    none,
  ),
  /** Part: rows as COPY sends them, with their digest; none where they are more than fits. */
  'pg.range.read': request(
    z.strictObject({
      lane,
      range: keyRange,
      expectedBytes: chunkBytes,
      maxBytes: chunkBytes,
      level: z.number().int().min(-100).max(22).optional(),
    }),
    z.strictObject({ rows: count, rawBytes: bytes, tooLarge: z.boolean(), digest: rowsDigest.optional() }),
  ),
  /** Part: keys. Parts back: rows. Keys that are none of the table's are left out. */
  'pg.keys.read': request(
    z.strictObject({ lane, maxBytes: chunkBytes }),
    z.strictObject({ rows: count, rawBytes: bytes, keysRead: count }),
  ),
  'pg.range.digest': request(
    z.strictObject({ lane, range: keyRange }),
    z.strictObject({ ...rowsDigest.shape, at: position }),
  ),
  /** Part back: keys with the hashes of their rows. Of a range, or of the keys that are the part. */
  'pg.range.hashes': request(
    z.strictObject({ lane, range: keyRange.optional() }),
    z.strictObject({ at: position }),
  ),
  /** A position that all commits which are seen by now lie before. */
  'pg.position': request(z.strictObject({ lane }), z.strictObject({ at: position })),
  /** Whether the table is still the one that was opened, and published; `dressed`: but for indexes, constraints and settings. */
  'pg.donor.standing': request(
    z.strictObject({ id: captureId }),
    z.strictObject({ standing: z.enum(['same', 'dressed', 'altered']) }),
  ),
  'pg.sequences': request(z.strictObject({ lane }), z.strictObject({ sequences })),

  /** Looks at a joiner's place. Touches nothing. */
  'pg.joiner.look': request(
    z.strictObject({ url, id: captureId, table }),
    z.strictObject({
      hasTable: z.boolean(),
      /** Reads are answered there by an earlier run's view. */
      isServed: z.boolean(),
      systemId,
      /** What the login is not let do. */
      lacks: z.array(z.enum(joinerLacks)).max(joinerLacks.length),
      /** A subscription of this run's replicates to the table, and uses the slot. */
      isSubscribed: z.boolean(),
      /** One that replicates to the table, whoever made it. */
      subscription: z.string().max(63).optional(),
      left: z.strictObject({ stage, spooledTo: position, systemId, timeline: count }).optional(),
    }),
  ),
  /** Has the joiner for this agent alone until it ends: what writes there asks for that. Waits for a while; refuses (`joiner-busy`) where another has it. */
  'pg.joiner.hold': request(z.strictObject({ url, id: captureId }), z.strictObject({ hold: holdToken })),
  'pg.joiner.open': request(
    z.strictObject({
      url,
      id: captureId,
      definition,
      keyOrder: z.string().max(10_000),
      systemId,
      timeline: count,
      captureFrom: position,
      seed: integerText,
      anew: z.boolean(),
      /** Others are to subscribe to the table. */
      isLeader: z.boolean(),
    }),
    z.strictObject({
      resumed: z.boolean(),
      isServed: z.boolean(),
      stage,
      spooledTo: position,
      rows: count,
      /** Chunks that are there without a gap, and the last one's end; absent at the table's end. */
      chunks: count,
      chunksTo: key.optional(),
    }),
  ),
  /** Tries whether the table can be made there, and takes it back. */
  'pg.joiner.rehearse': request(
    z.strictObject({ url, id: captureId, definition, keyOrder: z.string().max(10_000) }),
    none,
  ),
  /** Part: changes. Resolves when they are safe on disk. */
  'pg.joiner.spool': request(
    z.strictObject({ lane }),
    z.strictObject({ spooledTo: position, pendingBytes: bytes }),
  ),
  /**
   * Part: rows of a range, which take the place of all that is there of it. Without `n` it is a part of a chunk, and no place to go on from. `proven`: what is there then has
   * the digest of what the donor had.
   */
  'pg.joiner.chunk': request(
    z.strictObject({ lane, n: count.optional(), range: keyRange, digest: rowsDigest }),
    z.strictObject({ proven: z.boolean() }),
  ),
  /** The same with rows that it reads itself, of the donor that is open at the same agent; nothing where they are more than fits. */
  'pg.joiner.fetch': request(
    z.strictObject({ lane, n: count.optional(), range: keyRange, maxBytes: chunkBytes.optional() }),
    z.strictObject({ rows: count, rawBytes: bytes, proven: z.boolean(), tooLarge: z.boolean() }),
  ),
  /** Parts: rows. `keep`: those that are there stay. */
  'pg.joiner.rows': request(z.strictObject({ keep: z.boolean() }), z.strictObject({ rows: count })),
  /** Part: keys of rows that the donor does not have. */
  'pg.joiner.remove': request(none, none),
  'pg.joiner.stage': request(z.strictObject({ stage: z.enum(['snapshot', 'delta']) }), none),
  /** Applies a batch of what was spooled, up to what was committed before `upTo`. */
  'pg.joiner.apply': request(
    z.strictObject({ upTo: position.optional() }),
    z.strictObject({ changes: count, appliedTo: position, complete: z.boolean(), pendingBytes: z.number() }),
  ),
  /** Part back: keys whose rows are to be asked for once more. `taken`: those of before were. */
  'pg.joiner.refetch': request(z.strictObject({ taken: z.boolean() }), z.strictObject({ keys: count })),
  'pg.joiner.finish': request(none, none),
  /** Has the server make statistics of the table. */
  'pg.joiner.analyze': request(z.strictObject({ lane }), none),
  /** From now on it is kept which keys the stream changes. */
  'pg.joiner.watch': request(none, none),
  /** Part back: some of those keys, which count as unchanged from then on. `all`: they were too many to be kept. */
  'pg.joiner.touched': request(
    z.strictObject({ most: chunkKeys.min(1) }),
    z.strictObject({ keys: count, all: z.boolean() }),
  ),
  'pg.joiner.digest': request(z.strictObject({ range: keyRange }), rowsDigest),
  /** Parts: keys with hashes of the donor's, and keys where it is not of a range. Parts back: keys that differ, those of them first that the stream has not changed. */
  'pg.joiner.compare': request(
    z.strictObject({ range: keyRange.optional() }),
    z.strictObject({ untouched: count, touched: count }),
  ),
  /** `rows`: how many there are, where that is known. */
  'pg.joiner.place': request(
    z.strictObject({ replace: z.boolean(), sequences, rows: count.optional() }),
    z.strictObject({ rows: count, at: position }),
  ),
  /** Makes the subscription that goes on from where the joiner is. May be repeated. */
  'pg.joiner.hand-over': request(
    z.strictObject({ url, id: captureId, conninfo: z.string().max(10_000), confirmedTo: position }),
    z.strictObject({ subscription: id, from: position }),
  ),
  /** Takes away the checkpoint and all beside the table. May be repeated. */
  'pg.joiner.forget': request(z.strictObject({ url, id: captureId }), none),
  /** Takes away what a run was building; a table in its place stays. May be repeated. */
  'pg.joiner.discard': request(
    z.strictObject({ url, id: captureId, table }),
    z.strictObject({ existed: z.boolean(), placed: z.boolean() }),
  ),
  ...leaderRequests,
} as const;
