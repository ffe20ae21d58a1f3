import { keyColumns, type TableDefinition } from './definition.ts';
import { keysRelation } from './row-keys.ts';
import { type Session, StatementError } from './session.ts';
import { qualified, quoteName, quoteText, type TableName } from './sql.ts';
import { columnList, keysEqual, rowHash } from './table-sql.ts';

/** What of a server's buffers may be warmed, and what an index of the key may take of that. */
const warmShare = 0.75;
const indexShare = 0.25;
export const pageBytes = 8192;

export interface Warmed {
  rows: number;
  /** Read into the buffers; those that were there are not counted. */
  pages: number;
}

/** How many pages may be warmed before what was warmed first would have to give way. */
export async function roomForPages(session: Session): Promise<number> {
  const [pages] = await session.row("SELECT setting::int8 FROM pg_settings WHERE name = 'shared_buffers'");
  return Math.floor(Number(pages) * warmShare);
}

/**
 * Reads the key's index at once, where pg_prewarm is there and the index small against `room`; undefined otherwise. Reads by key go through it in any case, a page at a time.
 */
export async function prewarmKey(
  session: Session,
  table: TableName,
  room: number,
): Promise<number | undefined> {
  const [found] = await session.rows(
    "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_prewarm'",
  );
  if (!found) return undefined;
  const indexes = `FROM pg_index i WHERE i.indisprimary AND i.indrelid IN (${relationsOf(`${quoteText(qualified(table))}::regclass`)})`;
  const [pages] = await session.row(
    `SELECT coalesce(sum(pg_relation_size(i.indexrelid)), 0)::int8 / current_setting('block_size')::int8 ${indexes}`,
  );
  if (Number(pages) > room * indexShare) return undefined;
  try {
    const [read] = await session.row(
      `SELECT coalesce(sum(${quoteName(found[0] ?? '')}.pg_prewarm(i.indexrelid::regclass)), 0) ${indexes}`,
    );
    return Number(read);
  } catch (error) {
    // Who may not call it reads by key alone.
    if (error instanceof StatementError && error.kind === 'permission') return undefined;
    throw error;
  }
}

/** A table, or the parts that it has. */
function relationsOf(table: string): string {
  return `SELECT ${table}::oid UNION ALL SELECT relid::oid FROM pg_partition_tree(${table}) WHERE isleaf`;
}

/** Reads rows by their keys, large values included, in the order in which they lie. Keys that are none of the table's types are left out. */
export async function warmRows(
  session: Session,
  definition: TableDefinition,
  target: string,
  keys: readonly (readonly string[])[],
): Promise<Warmed> {
  if (keys.length === 0) return { rows: 0, pages: 0 };
  const order = columnList(keyColumns(definition));
  try {
    const [explained] = await session.row(
      `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) SELECT ${rowHash(definition, '0', 't.')}
        FROM (SELECT * FROM ${keysRelation(definition, keys)} unsorted ORDER BY ${order}) k JOIN ${target} t ON ${keysEqual(definition, 'k', 't')}`,
    );
    const [{ Plan }] = JSON.parse(explained ?? '[]') as [
      { Plan: { 'Actual Rows': number; 'Shared Read Blocks': number } },
    ];
    return { rows: Plan['Actual Rows'], pages: Plan['Shared Read Blocks'] };
  } catch (error) {
    if (!(error instanceof StatementError) || !error.state.startsWith('22')) throw error;
  }
  if (keys.length === 1) return { rows: 0, pages: 0 };
  const middle = keys.length >> 1;
  const first = await warmRows(session, definition, target, keys.slice(0, middle));
  const second = await warmRows(session, definition, target, keys.slice(middle));
  return { rows: first.rows + second.rows, pages: first.pages + second.pages };
}

/** How often pages of a table and its indexes were asked for since the server counts, and found in its buffers. */
export interface BufferUse {
  /** Of the table: another one under its name has another. */
  tableId: number;
  hits: number;
  reads: number;
}

/** Undefined where there is no such table. */
export async function bufferUse(session: Session, table: TableName): Promise<BufferUse | undefined> {
  const sum = (kind: 'hit' | 'read') =>
    ['heap', 'idx', 'toast', 'tidx'].map((part) => `coalesce(s.${part}_blks_${kind}, 0)`).join(' + ');
  const [row] = await session.rows(
    `SELECT c.oid, coalesce(sum(${sum('hit')}), 0)::int8, coalesce(sum(${sum('read')}), 0)::int8
      FROM pg_class c LEFT JOIN pg_statio_all_tables s ON s.relid IN (${relationsOf('c.oid::regclass')})
      WHERE c.oid = to_regclass($1) GROUP BY c.oid`,
    [qualified(table)],
  );
  return row && { tableId: Number(row[0]), hits: Number(row[1]), reads: Number(row[2]) };
}
