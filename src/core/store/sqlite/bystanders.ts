import type { Connection } from './connection.ts';
import { quote } from './sql.ts';
import type { TableShape } from './table-shape.ts';

/** What stands around a table and is not copied with it; names, in order. */
export interface Bystanders {
  triggers: string[];
  /** Views whose text has the table's name in it. */
  views: string[];
  /** Tables that it refers to by foreign keys. */
  parents: string[];
}

/** More than so many names nobody reads, and a frame should not carry. */
const mostNames = 1000;

export function readBystanders(db: Connection, shape: TableShape): Bystanders {
  const names = (sql: string, ...values: string[]) =>
    db
      .prepare(`${sql} ORDER BY 1 LIMIT ${mostNames}`)
      .pluck()
      .all(...values) as string[];
  return {
    triggers: names(
      "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE AND name NOT LIKE '~_foresync~_%' ESCAPE '~'",
      shape.name,
    ),
    views: names(
      "SELECT name FROM sqlite_schema WHERE type = 'view' AND instr(lower(sql), lower(?)) > 0",
      shape.name,
    ),
    parents: [
      ...new Set(
        (db.pragma(`foreign_key_list(${quote(shape.name)})`) as { table: string }[]).map(
          ({ table }) => table,
        ),
      ),
    ]
      .toSorted()
      .slice(0, mostNames),
  };
}
