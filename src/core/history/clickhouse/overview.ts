import { endOfTimeMs } from '../../access-log/calendar.ts';
import { type RowFate, rowFates } from '../../access-log/clickhouse/event-sql.ts';
import { rowMark } from '../../access-log/clickhouse/row-binary.ts';
import type { ClickHouseServer } from '../../access-log/clickhouse/server.ts';
import type { EventQueries } from './event-query.ts';

/** What a table holds from a time on, by minute, ascending; the arrays run side by side. */
export interface Overview {
  buckets: number[];
  reads: number[];
  writes: number[];
  /** Rows of any fate, where their time is one. */
  rows: number[];
  /** All rows by what becomes of them. */
  fates: Record<RowFate, number>;
  /** Rows whose time is not yet settled: they are left for the next run. */
  pendingRows: number;
}

export interface OverviewRange {
  fromMs: number;
  /** Later rows are pending. */
  settledMs: number;
  /** Also count rows whose time is none, which lie in no range. */
  withUntimed: boolean;
}

const pendingFate = 255;

/** Asks for everything that is not by key, in one pass over the table. */
export async function takeOverview(
  server: ClickHouseServer,
  { table, events }: EventQueries,
  bucketMs: number,
  { fromMs, settledMs, withUntimed }: OverviewRange,
): Promise<Overview> {
  const { time, fate, isWrite } = events;
  const within = time.within(fromMs, endOfTimeMs);
  const overview = emptyOverview();
  const pages = server.rows(
    `SELECT toUInt8(${rowMark}), toUInt8(if(${time.ms} >= ${settledMs}, ${pendingFate}, ${fate})) AS fs_fate,
       toUInt8(${isWrite}) AS fs_write, toUInt32(if(${time.ms} < 0, 0, intDiv(${time.ms}, ${bucketMs}))) AS fs_bucket, toUInt64(count())
     FROM ${table} WHERE ${withUntimed ? `(${within} OR ${time.ms} < 0)` : within}
     GROUP BY fs_fate, fs_write, fs_bucket ORDER BY fs_bucket, fs_fate, fs_write`,
    (cursor) => ({
      fate: cursor.uint8(),
      isWrite: cursor.uint8() === 1,
      bucket: cursor.uint32(),
      rows: cursor.int64(),
    }),
  );
  for await (const page of pages) for (const row of page) addRow(overview, row);
  return overview;
}

function emptyOverview(): Overview {
  const fates = Object.fromEntries(rowFates.map((fate) => [fate, 0])) as Record<RowFate, number>;
  return { buckets: [], reads: [], writes: [], rows: [], fates, pendingRows: 0 };
}

function addRow(
  overview: Overview,
  { fate, isWrite, bucket, rows }: { fate: number; isWrite: boolean; bucket: number; rows: number },
): void {
  if (fate === pendingFate) {
    overview.pendingRows += rows;
    return;
  }
  const name = rowFates[fate] as RowFate;
  overview.fates[name] += rows;
  if (name === 'the time is none') return;
  const { buckets } = overview;
  if (buckets.at(-1) !== bucket) {
    buckets.push(bucket);
    for (const counts of [overview.reads, overview.writes, overview.rows]) counts.push(0);
  }
  const last = buckets.length - 1;
  overview.rows[last] = (overview.rows[last] as number) + rows;
  if (name !== 'event') return;
  const counts = isWrite ? overview.writes : overview.reads;
  counts[last] = (counts[last] as number) + rows;
}
