import { z } from 'zod';
import { bytes, count, file, id, none, problem, request, shape, tableName } from './wire-shapes.ts';

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

/** What a host answers to one that looks around before a run. None of it changes anything there. */
export const lookRequests = {
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
} as const;
