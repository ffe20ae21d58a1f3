import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import type { Connection } from './connection.ts';
import { bareSql, literal, quote } from './sql.ts';

export interface Column {
  name: string;
  /** Type affinity as in sqlite.org/datatype3.html, section 3.1. */
  affinity: 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC';
  collation: string;
}

export interface IndexShape {
  name: string;
  /** CREATE INDEX text. */
  sql: string;
  unique: boolean;
}

/** One way in which two rows exclude each other. */
export interface UniqueShape {
  columns: (Column & {
    /** SQL of what takes the place of a NULL under OR REPLACE: the default of a NOT NULL column. */
    fallback?: string | undefined;
  })[];
  /** Condition of a partial index, on the table's columns. */
  where?: string | undefined;
}

/**
 * Everything about a table that donor and joiner must agree on. Plain data: it travels in a frame.
 *
 * Rows are walked by the scan key: the rowid where there is one, because it is an integer, never NULL, unique, and the
 * order in which rows lie in the file; the primary key for WITHOUT ROWID tables.
 */
export interface TableShape {
  name: string;
  /** CREATE TABLE text. */
  sql: string;
  /** Stored columns; generated ones are made anew by the joiner. */
  columns: Column[];
  /** Primary key, in its own order. */
  key: Column[];
  /** The name under which the rowid can be reached, or undefined for WITHOUT ROWID. */
  rowid?: string | undefined;
  /** True where the rowid is a column of the table (INTEGER PRIMARY KEY). */
  rowidIsColumn: boolean;
  autoincrement: boolean;
  /** Explicit indexes, in the order of the schema. */
  indexes: IndexShape[];
  /** All UNIQUE constraints and indexes but the primary key. */
  uniques: UniqueShape[];
  encoding: 'UTF-8' | 'UTF-16le' | 'UTF-16be';
  pageSizeBytes: number;
}

/** What a table's definition comes to, indexes included, as one text; equal as long as nobody alters it. */
export function definitionOf(shape: Pick<TableShape, 'sql' | 'indexes'>): string {
  return [shape.sql, ...shape.indexes.map(({ sql }) => sql).toSorted()].join(';\n');
}

/** The `definitionOf` a table as it stands now, or undefined where it is gone. */
export function readDefinition(db: Connection, table: string): string | undefined {
  const sql = db
    .prepare("SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?")
    .pluck()
    .get(table) as string | undefined;
  return sql && definitionOf({ sql, indexes: readIndexes(db, table) });
}

interface XInfoRow {
  name: string;
  type: string;
  pk: number;
  hidden: number;
  notnull: number;
  dflt_value: string | null;
}

interface IndexRow {
  name: string;
  unique: number;
  origin: 'c' | 'u' | 'pk';
  partial: number;
}

/**
 * Reads a table's shape. Refuses, by name and before anything is started, what cannot be copied: views, virtual tables,
 * tables without a primary key, those called as tables of foresync's, collations that only an application knows, UNIQUE indexes on expressions.
 */
export function readTableShape(db: Connection, table: string): TableShape {
  const found = db
    .prepare(
      "SELECT name, type, sql FROM sqlite_schema WHERE name = ? COLLATE NOCASE AND type IN ('table', 'view')",
    )
    .get(table) as { name: string; type: string; sql: string } | undefined;
  if (!found) throw refuse('table-missing', table, 'does not exist there', 'Check `table` in foresync.yaml.');
  if (found.type === 'view') throw refuse('table-is-view', table, 'is a view', 'Name the table behind it.');
  if (/^\s*CREATE\s+VIRTUAL/i.test(found.sql)) throw refuse('table-is-virtual', table, 'is a virtual table');
  if (/^_foresync_/i.test(found.name))
    throw refuse(
      'table-name-taken',
      table,
      'is called as tables of foresync are, which come beside it',
      'Rename it.',
    );
  const list = db.pragma(`table_list(${quote(found.name)})`) as { schema: string; wr: number }[];
  const withoutRowid = list.some((row) => row.schema === 'main' && row.wr === 1);
  const info = db.pragma(`table_xinfo(${quote(found.name)})`) as XInfoRow[];
  const indexRows = db.pragma(`index_list(${quote(found.name)})`) as IndexRow[];
  const collations = keyCollations(db, found.name, indexRows);
  const column = (row: XInfoRow): Column => ({
    name: row.name,
    affinity: affinityOf(row.type),
    collation: collations.get(row.name) ?? 'BINARY',
  });
  const key = info.filter((row) => row.pk > 0).sort((a, b) => a.pk - b.pk);
  if (key.length === 0) {
    throw refuse(
      'table-without-key',
      table,
      'has no primary key',
      'Give it one: rows are followed by their key.',
    );
  }
  const rowidIsColumn =
    !withoutRowid && key.length === 1 && !indexRows.some((index) => index.origin === 'pk');
  const shape: TableShape = {
    name: found.name,
    sql: found.sql,
    columns: info.filter((row) => row.hidden === 0).map(column),
    key: key.map(column),
    rowid: withoutRowid ? undefined : rowidIsColumn ? key[0]?.name : freeRowidName(info),
    rowidIsColumn,
    autoincrement: rowidIsColumn && /\bAUTOINCREMENT\b/i.test(bareSql(found.sql)),
    indexes: readIndexes(db, found.name),
    uniques: indexRows
      .filter((index) => index.unique === 1 && index.origin !== 'pk')
      .map((index) => ({
        columns: uniqueColumns(db, table, index.name, info),
        where: index.partial === 1 ? partialCondition(db, found.name, index.name) : undefined,
      })),
    encoding: db.pragma('encoding', { simple: true }) as TableShape['encoding'],
    pageSizeBytes: db.pragma('page_size', { simple: true }) as number,
  };
  if (!withoutRowid && shape.rowid === undefined) {
    throw refuse(
      'table-rowid-hidden',
      table,
      'has columns named rowid, oid and _rowid_, so that its rowid is out of reach',
    );
  }
  return shape;
}

const builtinCollations = new Set(['BINARY', 'NOCASE', 'RTRIM']);

function readIndexes(db: Connection, table: string): IndexShape[] {
  const rows = db
    .prepare(
      'SELECT s.name, s.sql, i."unique" FROM sqlite_schema s JOIN pragma_index_list(?) i ON i.name = s.name WHERE s.type = \'index\' AND s.sql IS NOT NULL ORDER BY s.rowid',
    )
    .all(table) as { name: string; sql: string; unique: number }[];
  return rows.map(({ name, sql, unique }) => ({ name, sql, unique: unique === 1 }));
}

/**
 * The WHERE of a partial index, or undefined where it cannot be said of a row `t`, as when it names the table; whoever
 * looks for rows of the index finds too many then, never too few.
 */
function partialCondition(db: Connection, table: string, index: string): string | undefined {
  const sql = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(index) as string;
  const bare = bareSql(sql);
  const at = [...bare.matchAll(/\bWHERE\b/gi)].find(({ index: place }) => isTopLevel(bare.slice(0, place)));
  if (!at) return undefined;
  const where = sql.slice(at.index + 'WHERE'.length);
  try {
    db.prepare(`SELECT 1 FROM ${quote(table)} t WHERE (${where}\n)`);
    return where;
  } catch {
    // Asked only whether it can be prepared; see above.
    return undefined;
  }
}

function isTopLevel(before: string): boolean {
  return before.split('(').length === before.split(')').length;
}

function uniqueColumns(
  db: Connection,
  table: string,
  index: string,
  info: XInfoRow[],
): UniqueShape['columns'] {
  const parts = db.pragma(`index_xinfo(${quote(index)})`) as {
    cid: number;
    name: string | null;
    coll: string;
    key: number;
  }[];
  return parts
    .filter((part) => part.key === 1)
    .map((part) => {
      if (part.name === null) {
        throw refuse(
          'table-unique-expression',
          table,
          `has the UNIQUE index ${printable(index)} on an expression`,
        );
      }
      const row = info.find(({ name }) => name === part.name);
      const fallback = row?.notnull === 1 && row.dflt_value !== null ? defaultSql(row.dflt_value) : undefined;
      return { name: part.name, affinity: affinityOf(row?.type ?? ''), collation: part.coll, fallback };
    });
}

/**
 * A default as an expression that means the same inside a trigger. As a default a word or a double-quoted name is a text;
 * elsewhere it would be a column.
 */
function defaultSql(text: string): string {
  const quoted = /^"((?:[^"]|"")*)"$/.exec(text)?.[1];
  if (quoted !== undefined) return literal(quoted.replaceAll('""', '"'));
  const isWord = /^[A-Za-z_]\w*$/.test(text) && !/^(true|false|null|current_\w+)$/i.test(text);
  return isWord ? literal(text) : `(${text})`;
}

/** Collations of the primary key's columns; refuses any index that sorts by one that only the application knows. */
function keyCollations(db: Connection, table: string, indexes: IndexRow[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const index of indexes) {
    const parts = db.pragma(`index_xinfo(${quote(index.name)})`) as {
      name: string | null;
      coll: string;
      key: number;
    }[];
    for (const { name, coll, key } of parts) {
      if (key === 1 && !builtinCollations.has(coll.toUpperCase())) {
        throw refuse(
          'table-collation',
          table,
          `is sorted by the collation ${printable(coll)}, which only the application knows`,
        );
      }
      if (index.origin === 'pk' && name !== null) found.set(name, coll);
    }
  }
  return found;
}

function freeRowidName(info: XInfoRow[]): string | undefined {
  const taken = new Set(info.map(({ name }) => name.toLowerCase()));
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name));
}

function affinityOf(type: string): Column['affinity'] {
  const upper = type.toUpperCase();
  if (upper.includes('INT')) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/.test(upper)) return 'TEXT';
  if (upper === '' || upper.includes('BLOB')) return 'BLOB';
  if (/REAL|FLOA|DOUB/.test(upper)) return 'REAL';
  return 'NUMERIC';
}

function refuse(code: string, table: string, reason: string, hint?: string): ForesyncError {
  return new ForesyncError(
    'data',
    code,
    `The table ${printable(table)} ${reason}.`,
    hint === undefined ? {} : { hint },
  );
}
