import { z } from 'zod';

/** What more than one kind of request is made of. All of it is bounded: it comes from outside. */

export const count = z.number().int().min(0);
export const bytes = count;
/** How much may be asked for at a time: it is put together in the agent's memory. */
export const chunkBytes = bytes.max(256 << 20);
export const chunkKeys = count.max(1_000_000);
export const file = z
  .string()
  .max(4096)
  .regex(/^[^\0]+$/);
export const tableName = z.string().min(1).max(512);
export const id = z.string().min(1).max(200);

/** What SQLite takes for an integer, in decimal digits. */
const decimal = /^-?\d{1,19}$/;
const integer = z
  .string()
  .regex(decimal)
  .refine((text) => decimal.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text));

const scanPart = z.union([
  z.strictObject({ n: z.literal(true) }),
  z.strictObject({ i: integer }),
  z.strictObject({ r: z.number() }),
  z.strictObject({ t: z.base64() }),
  z.strictObject({ b: z.base64() }),
]);
export const scanKey = z.array(scanPart).min(1).max(64);

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
export const shape = z.strictObject({
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

export const lastRowid = integer.optional();
export const none = z.strictObject({});
export const problem = z.strictObject({
  kind: z.string().max(40),
  code: z.string().regex(/^[\w-]{1,100}$/),
  message: z.string().max(4000),
  hint: z.string().max(4000).optional(),
});
export const range = z.strictObject({ from: scanKey.optional(), to: scanKey.optional() });

/** What a request carries beside its parts, and what its answer does. */
export function request<P extends z.ZodType, R extends z.ZodType>(params: P, result: R) {
  return { params, result };
}
