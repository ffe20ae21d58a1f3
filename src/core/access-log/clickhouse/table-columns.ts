import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { columnsOfNames, type Role, roles } from '../columns.ts';
import { type ColumnType, columnType, type TypeKind } from './column-type.ts';
import type { ClickHouseServer } from './server.ts';
import { sqlName } from './sql-text.ts';
import type { EventTable } from './table-url.ts';

export interface TableColumn extends ColumnType {
  name: string;
  /** The column in a query, never NULL; where it is NULL, the zero of its type. */
  sql: string;
  /** Whether it is NULL, as an expression. */
  isNull: string;
  /** That the URL names it. */
  isNamed: boolean;
}

export type TableColumns = Partial<Record<Role, TableColumn>> & { time: TableColumn; key: TableColumn };

const fitting: Record<Role, readonly TypeKind[]> = {
  time: ['date-time', 'date-time-64', 'date', 'integer', 'float', 'decimal', 'text'],
  op: ['text', 'fixed-text', 'name'],
  key: ['text', 'fixed-text', 'name', 'integer', 'date', 'date-time'],
  size: ['integer', 'float', 'decimal', 'text'],
};

/** The columns of a table: those that its URL names, the others by the names that logs give them. Throws `data` errors. */
export async function tableColumns(server: ClickHouseServer, table: EventTable): Promise<TableColumns> {
  const described = await server.json<[string, string]>(`DESCRIBE TABLE ${sqlTable(table)}`);
  const types = new Map(described.map(([name, type]) => [name, type]));
  const found = columnsOfNames(
    [...types.keys()].filter((name) => !Object.values(table.columns).includes(name)),
    (role, name) => table.columns[role] === undefined && fits(role, types.get(name) ?? ''),
  );
  const columns: Partial<Record<Role, TableColumn>> = {};
  for (const role of roles) {
    const named = table.columns[role];
    const name = named ?? found[role];
    if (name === undefined) continue;
    const type = types.get(name);
    if (type === undefined) throw noColumn(table, `there is no column '${printable(name, 60)}'`, types);
    if (!fits(role, type))
      throw noColumn(
        table,
        `${printable(name, 60)} is ${printable(type, 60)}, which is no ${words[role]}`,
        types,
      );
    columns[role] = { ...columnOf(name, columnType(type)), isNamed: named !== undefined };
  }
  const { time, key, ...others } = columns;
  if (!time) throw noColumn(table, 'no column is named like a time', types);
  if (!key) throw noColumn(table, 'no column is named like a key', types);
  return { time, key, ...others };
}

export function sqlTable({ database, table }: EventTable): string {
  return `${sqlName(database)}.${sqlName(table)}`;
}

/** A column as text; '' for NULL. */
export function columnText({ kind, sql, isNull, isNullable, isPlain }: TableColumn): string {
  const plain = kind === 'text' && isPlain ? sql : `toString(${sql})`;
  const text = kind === 'fixed-text' ? `toStringCutToZero(${sql})` : plain;
  return isNullable ? `if(${isNull}, '', ${text})` : text;
}

const words: Record<Role, string> = { time: 'time', op: 'operation', key: 'key', size: 'size' };

function fits(role: Role, type: string): boolean {
  return fitting[role].includes(columnType(type).kind);
}

function columnOf(name: string, type: ColumnType): Omit<TableColumn, 'isNamed'> {
  const quoted = sqlName(name);
  return {
    name,
    ...type,
    sql: type.isNullable ? `assumeNotNull(${quoted})` : quoted,
    isNull: type.isNullable ? `isNull(${quoted})` : '0',
  };
}

function noColumn(table: EventTable, reason: string, types: ReadonlyMap<string, string>): ForesyncError {
  const names = printable([...types.keys()].join(', '), 200);
  return new ForesyncError('data', 'clickhouse-column', `${table.name}: ${reason}.`, {
    hint: `It has ${names}. Name the columns in the URL: ?time=ts&key=k&operation=op&size=bytes.`,
  });
}
