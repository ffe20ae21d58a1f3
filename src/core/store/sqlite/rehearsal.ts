import { startCapture } from './capture.ts';
import { connectMemory } from './connection.ts';
import { notRecreatable } from './refusals.ts';
import { RowWriter } from './row-writer.ts';
import type { TableShape } from './table-shape.ts';

/**
 * Makes an empty table of this shape in memory, and follows it. Throws, as a run would, where SQLite does not take the
 * definition any more (`table-not-recreatable`) or capture's triggers do not fit it (`table-not-capturable`).
 */
export function rehearseCopy(shape: TableShape): void {
  const db = connectMemory();
  try {
    db.pragma('foreign_keys = OFF');
    db.pragma(`encoding = '${shape.encoding}'`);
    try {
      const writer = new RowWriter(db, shape);
      writer.createTable();
      writer.createLateIndexes();
    } catch (error) {
      throw notRecreatable(shape, error);
    }
    startCapture(db, shape, { id: 'rehearsal', leaseUntilMs: 0, budgetKeys: 0, nowMs: 0 });
  } finally {
    db.close();
  }
}
