import { type OperationKind, operationKind } from '../operations.ts';
import { rowMark } from './row-binary.ts';
import type { ClickHouseServer } from './server.ts';
import { sqlText } from './sql-text.ts';
import { columnText, type TableColumn } from './table-columns.ts';

/** Whether a row reads, writes or does neither, as conditions. */
export interface OperationNames {
  isRead: string;
  isWrite: string;
  isNone: string;
}

/** An operation has a short name, and there are few. What is beyond is unknown. */
const mostNames = 1000;
const maxNameBytes = 64;

/**
 * Asks which names a column of operations holds, and looks each up here, so that names mean the same as in a file. Undefined where
 * the column was found by its name alone and most of what it holds is no operation.
 */
export async function operationNames(
  server: ClickHouseServer,
  table: string,
  column: TableColumn,
  where: string,
): Promise<OperationNames | undefined> {
  const text = columnText(column);
  const found = await server.allRows(
    `SELECT toUInt8(${rowMark}), ${text} AS fs_name, toUInt64(count()) AS fs_rows FROM ${table} WHERE ${where} AND length(${text}) <= ${maxNameBytes}
     GROUP BY fs_name ORDER BY fs_rows DESC LIMIT ${mostNames}`,
    (cursor) => ({ name: cursor.bytes().toString('latin1'), rows: cursor.int64() }),
  );
  const kinds = found.map(({ name, rows }) => ({ name, rows, kind: operationKind(name) }));
  const rows = (picked: typeof kinds) => picked.reduce((sum, entry) => sum + entry.rows, 0);
  const isPlausible = rows(kinds.filter(({ kind }) => kind !== undefined)) >= 0.8 * rows(kinds);
  if (!column.isNamed && !isPlausible) return undefined;
  const isOf = (wanted: OperationKind) => {
    const names = kinds.filter(({ kind }) => kind === wanted).map(({ name }) => sqlText(name));
    return names.length === 0 ? '0' : `${text} IN (${names.join(', ')})`;
  };
  return { isRead: isOf('read'), isWrite: isOf('write'), isNone: isOf('none') };
}
