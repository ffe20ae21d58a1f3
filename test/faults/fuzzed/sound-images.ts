import Database from 'better-sqlite3';
import { imageSchema } from '../../../src/core/store/sqlite/image.ts';
import type { ImageKind } from '../../../src/core/store/sqlite/row-reader.ts';

/** Columns of the images of the table that is fuzzed: see `stage.ts`. */
const columns = { rows: 3, keys: 1 };

/** How many chunks the rows of an image make up, and how many rows each has. */
export const chunks = 4;
export const chunkRows = 60;

/** As a donor makes them of the `nth` chunk; then `sql` is run in it. */
export function soundImage(
  kind: ImageKind,
  nth: number,
  { pageBytes = 16384, sql = '' }: { pageBytes?: number; sql?: string } = {},
): Buffer {
  const shape = {
    rowColumns: kind === 'keys' ? 0 : columns.rows,
    keyColumns: kind === 'keys' || kind === 'both' ? columns.keys : 0,
    rowidColumn: kind === 'ordered' ? 0 : undefined,
  };
  const db = new Database(':memory:');
  try {
    db.unsafeMode(true);
    db.pragma(`page_size = ${pageBytes}`);
    for (const statement of imageSchema(shape)) db.exec(statement);
    const [first, last] = [nth * chunkRows + 1, (nth + 1) * chunkRows];
    const ids = `WITH RECURSIVE n(id) AS (SELECT ${first} UNION ALL SELECT id + 1 FROM n WHERE id < ${last})`;
    const value = "CAST(printf('%.*c', iif(id % 25, id % 60, 3000), 'x') AS BLOB)";
    if (shape.rowColumns > 0) db.exec(`${ids} INSERT INTO r SELECT id, 'key ' || id, ${value} FROM n`);
    if (shape.keyColumns > 0) db.exec(`${ids} INSERT INTO k SELECT id FROM n`);
    try {
      db.exec(sql);
    } catch (error) {
      // Of an image of keys alone there is no r.
      if (!(error instanceof Database.SqliteError)) throw error;
    }
    return db.serialize();
  } finally {
    db.close();
  }
}
