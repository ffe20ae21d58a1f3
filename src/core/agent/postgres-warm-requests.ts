import { z } from 'zod';
import { table, url } from './postgres-shapes.ts';
import { count, none, request } from './wire-shapes.ts';

/** What an agent answers about the buffers of a PostgreSQL server. */
export const postgresWarmRequests = {
  /** Begins to warm them for the table that is built. `roomPages`: of how many pages; `indexPages`: read by pg_prewarm, absent where it was not used. */
  'pg.warm.begin': request(none, z.strictObject({ roomPages: count, indexPages: count.optional() })),
  /** Part: keys. Reads their rows; `pages` were not in the buffers before. */
  'pg.warm.rows': request(none, z.strictObject({ rows: count, pages: count })),
  /** How often pages of a table were asked for, and found; absent where there is no such table. */
  'pg.buffers': request(
    z.strictObject({ url, table }),
    z.strictObject({ use: z.strictObject({ tableId: count, hits: count, reads: count }).optional() }),
  ),
} as const;
