import { z } from 'zod';
import { count } from './wire-shapes.ts';

/** What requests about PostgreSQL stores are made of. All of it is bounded: it comes from outside. */

export const url = z.string().min(1).max(4096);
export const captureId = z.string().regex(/^[a-z0-9_]{1,40}$/);
/** A connection that work is done on; work on others goes on beside it. */
export const lane = count.max(15);
/** A position in the WAL. */
export const position = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const integerText = z.string().regex(/^-?\d{1,19}$/);

export const rowsDigest = z.strictObject({ rows: count, sum: z.string().regex(/^-?\d{1,40}$/) });

const identifier = z
  .string()
  .min(1)
  .max(63 * 4)
  .regex(/^[^\0]+$/);
const sql = z
  .string()
  .max(100_000)
  .regex(/^[^\0]*$/);
export const table = z.strictObject({ schema: identifier, name: identifier });

const comment = z
  .string()
  .max(1_000_000)
  .regex(/^[^\0]*$/);
/** Of a table or a partition. */
const settings = {
  options: z
    .array(z.strictObject({ name: z.string().regex(/^(toast\.)?[a-z_]{1,63}$/), value: sql }))
    .max(100),
  comment: comment.optional(),
};

const keyText = z.string().regex(/^[^\0]*$/);
export const key = z.array(keyText).min(1).max(32);
export const keyRange = z.strictObject({ after: key.optional(), to: key.optional() });

export const definition = z.strictObject({
  ...table.shape,
  ...settings,
  tellsOldRows: z.boolean(),
  columns: z
    .array(
      z.strictObject({
        name: identifier,
        type: sql,
        bareType: sql,
        typeOid: count,
        send: sql,
        isBinary: z.boolean(),
        isExact: z.boolean(),
        notNull: z.boolean(),
        notNullName: identifier.optional(),
        collation: sql.optional(),
        fallback: sql.optional(),
        generated: sql.optional(),
        isVirtual: z.boolean().optional(),
        storage: z.enum(['p', 'e', 'm', 'x']).optional(),
        compression: z.enum(['p', 'l']).optional(),
        statistics: count.max(10_000).optional(),
        comment: comment.optional(),
        sequence: z
          .strictObject({ kind: z.enum(['serial', 'always', 'default']), name: table, options: sql })
          .optional(),
      }),
    )
    .min(1)
    .max(1664),
  key: z.array(identifier).min(1).max(32),
  keyName: identifier,
  indexes: z
    .array(z.strictObject({ name: identifier, unique: z.boolean(), using: sql, constraint: sql.optional() }))
    .max(1000),
  checks: z.array(z.strictObject({ name: identifier, sql })).max(1000),
  partitionBy: sql.optional(),
  partitions: z
    .array(
      z.strictObject({
        ...table.shape,
        ...settings,
        parent: count.optional(),
        bound: sql,
        by: sql.optional(),
      }),
    )
    .max(10_000),
});

export const sequences = z
  .array(z.strictObject({ column: identifier, lastValue: integerText.nullable() }))
  .max(1664);

/** Which hold of a joiner something was made under. */
export const holdToken = z.string().regex(/^[0-9a-f]{32}$/);

/** What a slot is for. */
export const purpose = z.strictObject({
  use: z.enum(['copy', 'subscription']),
  group: z.string().max(500),
  joiner: z.string().max(500),
  hold: z.string().max(100).optional(),
});
