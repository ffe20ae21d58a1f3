import Database from 'better-sqlite3';
import { imageSchema } from '../../../../../src/core/store/sqlite/image.ts';

export interface Row {
  id: bigint;
  value: Buffer | string | number | null;
}

/** A keyed image of two columns as a donor makes it, of pages of any size. */
export function keyedImage(rows: readonly Row[], pageSizeBytes = 16384): Buffer {
  const db = new Database(':memory:');
  try {
    db.pragma(`page_size = ${pageSizeBytes}`);
    for (const sql of imageSchema({ rowColumns: 2, keyColumns: 0, rowidColumn: 0 })) db.exec(sql);
    const insert = db.prepare('INSERT INTO r VALUES(?, ?)');
    db.transaction(() => {
      for (const { id, value } of rows) insert.run(id, value);
    })();
    return db.serialize();
  } finally {
    db.close();
  }
}
