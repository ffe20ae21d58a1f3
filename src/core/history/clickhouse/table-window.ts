import { endOfTimeMs } from '../../access-log/calendar.ts';
import { rowMark } from '../../access-log/clickhouse/row-binary.ts';
import type { ClickHouseServer } from '../../access-log/clickhouse/server.ts';
import type { EventQueries } from './event-query.ts';
import type { Overview } from './overview.ts';
import type { Watermark } from './watermarks.ts';

/** How far back late rows are looked for: so long a stretch is counted anew in each run. */
const windowMs = 86_400_000;

/** Where the buckets end that no row will be added to: by the server's clock, the time that rows may be under way before now. */
export async function settledMs(
  server: ClickHouseServer,
  latenessMs: number,
  bucketMs: number,
): Promise<number> {
  const [nowSeconds = 0] = await server.allRows(`SELECT toUInt8(${rowMark}), toUInt32(now())`, (cursor) =>
    cursor.uint32(),
  );
  const edgeMs = Math.floor((nowSeconds * 1000 - latenessMs) / bucketMs) * bucketMs;
  return Math.min(Math.max(0, edgeMs), endOfTimeMs);
}

/**
 * What is to be remembered of a run: rows up to the end of the last bucket that has any were counted, not up to the edge, so that a
 * table that is filled once a day misses nothing. `uncountedRows` came between the overview and the count.
 */
export function nextWatermark(
  overview: Overview,
  bucketMs: number,
  uncountedRows: number,
  before: Watermark | undefined,
): Watermark | undefined {
  const lastBucket = overview.buckets.at(-1);
  if (lastBucket === undefined) return before;
  const watermarkMs = (lastBucket + 1) * bucketMs;
  const windowFromMs = Math.max(before?.watermarkMs ?? 0, watermarkMs - windowMs);
  const rows = overview.buckets.reduce(
    (sum, bucket, place) =>
      bucket * bucketMs >= windowFromMs ? sum + (overview.rows[place] as number) : sum,
    0,
  );
  return { watermarkMs, windowFromMs, windowRows: rows + uncountedRows };
}

/** How many more rows there are before the watermark than when they were counted. Rows that are gone since are no matter. */
export async function lateRows(
  server: ClickHouseServer,
  { table, events }: EventQueries,
  { windowFromMs, watermarkMs, windowRows }: Watermark,
): Promise<number> {
  const [rows = 0] = await server.allRows(
    `SELECT toUInt8(${rowMark}), toUInt64(count()) FROM ${table} WHERE ${events.time.within(windowFromMs, watermarkMs)}`,
    (cursor) => cursor.int64(),
  );
  return Math.max(0, rows - windowRows);
}
