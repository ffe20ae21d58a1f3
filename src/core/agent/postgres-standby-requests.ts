import { z } from 'zod';
import { captureId, definition, position, purpose, url } from './postgres-shapes.ts';
import { bytes, chunkBytes, count, none, request } from './wire-shapes.ts';

const systemId = z.string().regex(/^\d{1,20}$/);
const publication = z.string().max(40);
const withinMs = count.min(1).max(600_000);

/** What an agent answers about PostgreSQL standbys, and about slots that are kept at a lead. */
export const postgresStandbyRequests = {
  /** How the lead's catalog has the publication of a capture; empty where there is none. */
  'pg.capture.publication': request(z.strictObject({ id: captureId }), z.strictObject({ publication })),
  /** What a server says of whom it follows. Touches nothing. */
  'pg.standby.look': request(z.strictObject({ url }), z.strictObject({ inRecovery: z.boolean(), systemId })),
  /** Opens a standby. Refuses a server that is none (`not-a-standby`). May be repeated. */
  'pg.standby.open': request(
    z.strictObject({
      ...{ url, id: captureId, systemId, from: position, publication },
      ...{ definition, rowBytes: count },
    }),
    none,
  ),
  /** Whether it has all that was committed before the slot: then its rows may be read. */
  'pg.standby.replayed': request(z.strictObject({ withinMs }), z.strictObject({ replayed: z.boolean() })),
  /** Part: keys. Parts back: rows. Keys that are none of the table's are left out. */
  'pg.standby.read': request(
    z.strictObject({ maxBytes: chunkBytes, withinMs }),
    z.strictObject({ rows: count, rawBytes: bytes, keysRead: count }),
  ),
  /** Tells on a capture's publication what its slot is for; not `noted` where that is gone. May be repeated. */
  'pg.slots.note': request(
    z.strictObject({ url, id: captureId, purpose }),
    z.strictObject({ noted: z.boolean() }),
  ),
  /** All slots of foresync's in a database. */
  'pg.slots.list': request(
    z.strictObject({ url }),
    z.strictObject({
      slots: z
        .array(
          z.strictObject({
            name: z.string().max(63),
            isActive: z.boolean(),
            walStatus: z.string().max(20),
            retainedBytes: z.number(),
            behindBytes: z.number(),
            safeBytes: z.number().optional(),
            purpose: purpose.optional(),
          }),
        )
        .max(1000),
    }),
  ),
} as const;
