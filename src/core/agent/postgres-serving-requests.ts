import { z } from 'zod';
import { keyRange, lane, position, url } from './postgres-shapes.ts';
import { chunkBytes, count, none, request } from './wire-shapes.ts';

/** What an agent answers for a joiner at PostgreSQL that answers reads under the table's own name while it is built. */
export const postgresServingRequests = {
  /** Tries whether it could. Touches nothing. */
  'pg.serving.rehearse': request(z.strictObject({ url }), none),
  /** Makes all that reads will go by but the view. `conninfo`: how the joiner's server reaches the lead's. May be repeated. */
  'pg.serving.prepare': request(z.strictObject({ conninfo: z.string().max(10_000) }), none),
  /** At the lead. Part back: the keys of a range's rows, as COPY has them; none where they are more than fits. */
  'pg.serving.keys': request(z.strictObject({ lane, range: keyRange, maxBytes: chunkBytes }), none),
  /** Part: keys of rows that are not there yet, as COPY has them. */
  'pg.serving.missing': request(z.strictObject({ lane }), z.strictObject({ keys: count })),
  /** Reads are answered from here on. `lead`: as those who try to write are told. */
  'pg.serving.open': request(z.strictObject({ lead: z.string().max(1000) }), none),
  /** Opens the transaction that rows come in from now on, unless it is open. */
  'pg.slice.open': request(none, none),
  /** Keeps rows from being fetched until it is committed; false where somebody has fetched one and is not done yet. */
  'pg.slice.shut': request(none, z.strictObject({ isShut: z.boolean() })),
  /** Applies what was committed before `upTo`, a position of since it was shut, and has everybody see it. `isWhole`: all chunks are there. */
  'pg.slice.commit': request(
    z.strictObject({ upTo: position, isWhole: z.boolean() }),
    z.strictObject({ changes: count, pendingBytes: z.number() }),
  ),
} as const;
