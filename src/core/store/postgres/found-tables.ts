import type { KeyedTable } from '../sqlite/found-databases.ts';
import { inSession } from './session.ts';

/** More than these are not named. */
const mostTables = 1000;

/**
 * The tables of a database that have a primary key, but for foresync's, the system's and partitions, by name, as foresync.yaml names them: quoted where
 * they must be, and with their schema where it is not `public`. Throws as connecting does.
 */
export function keyedTablesAt(url: string): Promise<KeyedTable[]> {
  return inSession(url, async (session) => {
    const rows = await session.rows(
      `SELECT CASE n.nspname WHEN 'public' THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(c.relname),
          (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum WHERE k.place <= i.indnkeyatts)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
          AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'foresync') AND c.relname !~ '^foresync_'
        ORDER BY n.nspname <> 'public', n.nspname, c.relname LIMIT ${mostTables}`,
    );
    return rows.map(([name, key]) => ({ name: name ?? '', key: JSON.parse(key ?? '[]') as string[] }));
  });
}
