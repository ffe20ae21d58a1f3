import { isDeepStrictEqual } from 'node:util';
import { ForesyncError } from '../../errors.ts';
import { type Connection, connectMemory } from './connection.ts';
import { notRecreatable } from './refusals.ts';
import { bareSql } from './sql.ts';
import { readTableShape, type TableShape } from './table-shape.ts';

/**
 * Checks a shape that came over the wire before its SQL runs in a file: each definition must be one statement, make
 * nothing but this table and its indexes, and come to just the shape that was said. Tried in memory, on a database of
 * its own. Throws `protocol`, `shape-invalid`, or `data`, `table-not-recreatable`.
 */
export function checkShape(shape: TableShape): void {
  // As the schema of a file spells it. What stands before a parenthesis could be AS SELECT, which would run.
  if (!/^CREATE TABLE\s+[^\s().;,]*\s*\(/i.test(bareSql(shape.sql))) throw invalid();
  const db = connectMemory();
  try {
    db.pragma(`encoding = '${shape.encoding}'`);
    define(db, shape);
    const found = readAsSaid(db, shape);
    if (!isDeepStrictEqual(comparable(found), comparable(shape))) throw invalid();
    const others = db
      .prepare("SELECT count(*) FROM sqlite_schema WHERE tbl_name <> ? AND name <> 'sqlite_sequence'")
      .pluck()
      .get(found.name);
    if (others !== 0) throw invalid();
  } finally {
    db.close();
  }
}

function readAsSaid(db: Connection, shape: TableShape): TableShape {
  try {
    return readTableShape(db, shape.name);
  } catch (error) {
    throw error instanceof ForesyncError ? invalid(error) : error;
  }
}

/** By `prepare`, which takes one statement alone. */
function define(db: Connection, shape: TableShape): void {
  try {
    for (const sql of [shape.sql, ...shape.indexes.map((index) => index.sql)]) db.prepare(sql).run();
  } catch (error) {
    throw notRecreatable(shape, error);
  }
}

/** Without what depends on the file that the table is in, and without absent fields, which a frame does not carry. */
function comparable({ pageSizeBytes: _, ...shape }: TableShape): unknown {
  const uniques = shape.uniques.map((unique) => JSON.stringify(unique)).toSorted();
  return JSON.parse(JSON.stringify({ ...shape, uniques }));
}

function invalid(cause?: unknown): ForesyncError {
  return new ForesyncError(
    'protocol',
    'shape-invalid',
    'What came as the definition of the table is something else.',
    { cause },
  );
}
