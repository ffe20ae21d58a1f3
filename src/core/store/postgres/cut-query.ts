import { keyColumns, type TableDefinition } from './definition.ts';
import { quoteName } from './sql.ts';
import { columnList, type KeyRange, keyTextList, within } from './table-sql.ts';

/**
 * The keys that cut a range into smaller ones, of so many rows each. It steps from one to the next along the index, and numbers nothing: a table that is well vacuumed is
 * not looked at for it.
 */
export function cutQuery(
  definition: TableDefinition,
  table: string,
  range: KeyRange,
  { rows, count }: { rows: number; count: number },
): string {
  const columns = keyColumns(definition);
  const key = columnList(columns);
  const step = (conditions: string[]) =>
    `SELECT ${key} FROM ${table} WHERE ${conditions.join(' AND ')} ORDER BY ${key} OFFSET ${rows - 1} LIMIT 1`;
  const behind = `(${key}) > (${columns.map(({ name }) => `foresync_c.${quoteName(name)}`).join(', ')})`;
  const next = step([behind, within(definition, { to: range.to })]);
  return `WITH RECURSIVE foresync_cuts AS (
      SELECT 1 AS foresync_n, first.* FROM (${step([within(definition, range)])}) first
      UNION ALL
      SELECT foresync_c.foresync_n + 1, next.* FROM foresync_cuts foresync_c CROSS JOIN LATERAL (${next}) next WHERE foresync_c.foresync_n < ${count}
    ) SELECT ${keyTextList(definition)} FROM foresync_cuts ORDER BY foresync_n`;
}
