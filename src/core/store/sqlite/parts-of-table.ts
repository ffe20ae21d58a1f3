import type { Connection } from './connection.ts';
import { readScanKey, type ScanKey, scanKeyTerms } from './key-codec.ts';
import { rangeCondition, scanTerms, walkTerms } from './scan.ts';
import { quote } from './sql.ts';
import type { TableShape } from './table-shape.ts';

/** Walks a table in its scan order, so many rows at a time. */
export class PartsOfTable {
  readonly #db: Connection;
  readonly #shape: TableShape;
  readonly #partRows: number;

  constructor(db: Connection, shape: TableShape, partRows: number) {
    this.#db = db;
    this.#shape = shape;
    this.#partRows = partRows;
  }

  /** The part after a place: how many rows it has, and where it ends; that is undefined at the end of the table. */
  next(from: ScanKey | undefined): { rows: number; to: ScanKey | undefined } {
    const { sql, values } = rangeCondition(this.#shape, { from });
    const walk = `FROM main.${quote(this.#shape.name)} t WHERE ${sql} ORDER BY ${walkTerms(this.#shape).join(', ')} LIMIT`;
    const last = this.#db
      .prepare(`SELECT ${scanKeyTerms(scanTerms(this.#shape))} ${walk} 1 OFFSET ?`)
      .raw()
      .safeIntegers()
      .get(...values, this.#partRows - 1) as unknown[] | undefined;
    if (last) return { rows: this.#partRows, to: readScanKey(last) };
    const rows = this.#db
      .prepare(`SELECT count(*) FROM (SELECT 1 ${walk} ?)`)
      .pluck()
      .get(...values, this.#partRows) as number;
    return { rows, to: undefined };
  }
}
