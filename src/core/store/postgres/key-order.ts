import { keyColumns, type TableDefinition } from './definition.ts';
import type { Session } from './session.ts';

/** How a table's key is sorted at a server, as a text to compare: collations with their providers, locales and versions. */
export async function keyOrderOf(
  session: Session,
  definition: TableDefinition,
  table: string,
): Promise<string> {
  const rows = await session.rows(
    `SELECT a.attname, CASE WHEN c.collname IN ('C', 'POSIX') THEN 'C' WHEN c.collprovider = 'd' THEN
        (SELECT concat_ws(' ', d.datlocprovider, CASE d.datlocprovider WHEN 'c' THEN d.datcollate ELSE coalesce(to_jsonb(d)->>'daticulocale', to_jsonb(d)->>'datlocale') END,
          CASE WHEN d.datlocprovider = 'c' AND d.datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') THEN '' ELSE to_jsonb(d)->>'datcollversion' END)
          FROM pg_database d WHERE d.datname = current_database())
      ELSE concat_ws(' ', c.collprovider, c.collcollate, coalesce(to_jsonb(c)->>'colliculocale', to_jsonb(c)->>'colllocale'), pg_collation_actual_version(c.oid)) END
      FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
      WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
    [table],
  );
  const orders = new Map(rows.map(([name, order]) => [name, order]));
  return JSON.stringify(keyColumns(definition).map(({ name }) => orders.get(name) ?? ''));
}
