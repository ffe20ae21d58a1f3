import type { EventTable } from '../../access-log/clickhouse/table-url.ts';
import { roles } from '../../access-log/columns.ts';
import type { StateDatabase } from '../../state/open.ts';

/** How far a table was counted. */
export interface Watermark {
  /** Rows with a time before were counted, once each. */
  watermarkMs: number;
  /** So many rows had a time from here on, up to the watermark, when they were counted. */
  windowFromMs: number;
  windowRows: number;
}

/** A table's watermark, and which table's it is. */
export interface TableMark {
  replica: string;
  source: string;
  watermark: Watermark;
}

/**
 * What a table is known by: its server, name, the columns that its URL names and the pattern that makes keys. Who reads it, over which
 * protocol, and how late its rows may be, makes it no other table.
 */
export function sourceName(
  { host, port, database, table, columns }: EventTable,
  keyPattern: string | undefined,
): string {
  const named = roles.map((role) => columns[role] ?? null);
  return JSON.stringify([`${host}:${port}`, database, table, ...named, keyPattern ?? null]);
}

export function loadWatermark(db: StateDatabase, replica: string, source: string): Watermark | undefined {
  return db
    .prepare<[string, string], Watermark>(
      `SELECT watermark_ms AS watermarkMs, window_from_ms AS windowFromMs, window_rows AS windowRows
       FROM history_table_source WHERE replica = ? AND source = ?`,
    )
    .get(replica, source);
}

/** Within the transaction that holds the counts. */
export function storeWatermark(db: StateDatabase, { replica, source, watermark }: TableMark): void {
  db.prepare(
    `INSERT OR REPLACE INTO history_table_source (replica, source, watermark_ms, window_from_ms, window_rows)
     VALUES (@replica, @source, @watermarkMs, @windowFromMs, @windowRows)`,
  ).run({ replica, source, ...watermark });
}
