import { endOfTimeMs } from '../../access-log/calendar.ts';
import { type EventSql, eventSql } from '../../access-log/clickhouse/event-sql.ts';
import { operationNames } from '../../access-log/clickhouse/operation-names.ts';
import type { ClickHouseServer } from '../../access-log/clickhouse/server.ts';
import { sqlText } from '../../access-log/clickhouse/sql-text.ts';
import { sqlTable, type TableColumns, tableColumns } from '../../access-log/clickhouse/table-columns.ts';
import type { EventTable } from '../../access-log/clickhouse/table-url.ts';
import { timeSql } from '../../access-log/clickhouse/time-sql.ts';

/** A table that was looked at, ready for queries over its events. */
export interface EventQueries {
  table: string;
  columns: TableColumns;
  events: EventSql;
  /** Its rows are elsewhere, on shards. */
  isDistributed: boolean;
}

/** Events with times in [fromMs, toMs), and of them, one part by the keys' hash. */
export interface Part {
  fromMs: number;
  toMs: number;
  part: number;
  parts: number;
}

export interface PrepareOptions {
  /** Rows before were counted; 0 where none were. */
  fromMs: number;
  keyPattern?: string | undefined;
}

/** Looks at a table's columns and the operations in it. Throws `data` errors where it cannot be what the URL says. */
export async function prepareQueries(
  server: ClickHouseServer,
  source: EventTable,
  { fromMs, keyPattern }: PrepareOptions,
): Promise<EventQueries> {
  const found = await tableColumns(server, source);
  const table = sqlTable(source);
  const [[engine = ''] = []] = await server.json<[string]>(
    `SELECT engine FROM system.tables WHERE database = ${sqlText(source.database)} AND name = ${sqlText(source.table)}`,
  );
  const utf8Checks = await server.json("SELECT name FROM system.functions WHERE name = 'isValidUTF8'");
  const { op, ...others } = found;
  const operations =
    op && (await operationNames(server, table, op, timeSql(found.time).within(fromMs, endOfTimeMs)));
  const columns = op && operations ? { ...others, op } : others;
  const events = eventSql(columns, { keyPattern, operations, hasUtf8Check: utf8Checks.length > 0 });
  return { table, columns, events, isDistributed: engine === 'Distributed' };
}

/** The condition that picks a part's sound events. */
export function wherePart({ events }: EventQueries, { fromMs, toMs, part, parts }: Part): string {
  const ofPart = parts === 1 ? '' : ` AND cityHash64(${events.key}) % ${parts} = ${part}`;
  return `${events.time.within(fromMs, toMs)} AND ${events.isSound}${ofPart}`;
}

/** How many reads a group has. */
export function sqlReads({ isWrite }: EventSql): string {
  return `toUInt64(countIf(NOT (${isWrite})))`;
}
