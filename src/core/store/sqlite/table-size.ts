import type { Connection } from './connection.ts';
import { quote } from './sql.ts';
import { rowSizeTerm } from './stretch.ts';
import type { TableShape } from './table-shape.ts';

export interface TableSize {
  /** Exact where the file is small, else judged by the size of its first rows and by its rowids. */
  rowsEstimate: number;
  /** Of the file, and so at least that of the table. */
  sizeBytes: number;
  /** True where the file holds no other table. */
  alone: boolean;
}

/** Counting walks the whole table; past this size an estimate will do. */
const countedBytes = 64 * 1024 * 1024;
const sampledRows = 2000;

export function measureTable(db: Connection, shape: TableShape): TableSize {
  const table = `main.${quote(shape.name)}`;
  const sizeBytes = (db.pragma('page_count', { simple: true }) as number) * shape.pageSizeBytes;
  const others = db
    .prepare(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name <> ? AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name NOT LIKE '~_foresync~_%' ESCAPE '~'",
    )
    .pluck()
    .get(shape.name) as number;
  const alone = others === 0;
  if (sizeBytes <= countedBytes) {
    return {
      rowsEstimate: db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number,
      sizeBytes,
      alone,
    };
  }
  const rowBytes = db
    .prepare(
      `SELECT avg(bytes) FROM (SELECT ${rowSizeTerm(shape)} AS bytes FROM ${table} t LIMIT ${sampledRows})`,
    )
    .pluck()
    .get() as number | null;
  const bySize = rowBytes === null ? 0 : Math.round((0.9 * sizeBytes) / rowBytes);
  // What indexes and other tables take of the file makes that too many; there are no more rows than rowids.
  const ends = rowidEnds(db, shape);
  const rowsEstimate = ends ? Math.min(bySize, Number(ends.last - ends.first) + 1) : bySize;
  return { rowsEstimate, sizeBytes, alone };
}

/** Where a place lies between the first and the last row, 0 to 1; undefined where the scan key is no integer. */
export function positionOf(db: Connection, shape: TableShape): ((rowid: bigint) => number) | undefined {
  const ends = rowidEnds(db, shape);
  if (!ends || ends.first === ends.last) return undefined;
  const { first, last } = ends;
  return (place) => Math.min(0.999, Math.max(0, Number(place - first) / Number(last - first)));
}

/** Undefined where the table has no rowid, or no row. */
function rowidEnds(db: Connection, shape: TableShape): { first: bigint; last: bigint } | undefined {
  const { rowid } = shape;
  if (rowid === undefined) return undefined;
  const ends = ['min', 'max'].map((end) => `(SELECT ${end}(${quote(rowid)}) FROM main.${quote(shape.name)})`);
  // Each end by itself: SQLite finds one at once, and would walk the table for both in one.
  const [first, last] = db
    .prepare(`SELECT ${ends.join(', ')}`)
    .raw()
    .safeIntegers()
    .get() as [bigint | null, bigint | null];
  return first === null || last === null ? undefined : { first, last };
}
