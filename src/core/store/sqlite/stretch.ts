import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import type { Connection } from './connection.ts';
import { readScanKey, type ScanKey, scanKeyTerms } from './key-codec.ts';
import { rangeCondition, scanTerms, walkTerms } from './scan.ts';
import { quote } from './sql.ts';
import type { TableShape } from './table-shape.ts';

/** Past this an image and its frame would not fit into memory several times over. */
export const maxRowBytes = 256 * 1024 * 1024;

const firstGuessRows = 1024;
const maxStretchRows = 262_144;
/** Fewer rows say little about those that follow. */
const enoughRows = 64;

/**
 * SQL for the size of a row's values in bytes, without loading large ones: SQLite answers from the record's header. The
 * declared type bounds nothing: a column may hold any value, and POINT is an integer's type by its name.
 */
export function rowSizeTerm(shape: TableShape): string {
  const sized = shape.columns.filter(({ name }) => !shape.rowidIsColumn || name !== shape.rowid);
  const terms = sized.map(({ name, affinity }) => {
    const column = `t.${quote(name)}`;
    // Of a number octet_length makes a text first.
    const isNumber = affinity === 'INTEGER' || affinity === 'REAL' || affinity === 'NUMERIC';
    const length = `coalesce(octet_length(${column}), 0)`;
    return isNumber ? `iif(typeof(${column}) IN ('text', 'blob'), ${length}, 0)` : length;
  });
  return [`${9 * shape.columns.length}`, ...terms].join(' + ');
}

/** Where a stretch ends: after so many rows, or at a place; undefined is the end of the table. */
export type Cut = { rows: number } | { to: ScanKey | undefined };

/** Cuts the scan order into stretches of about a wanted size, whatever the sizes of the rows are. */
export class StretchFinder {
  readonly #db: Connection;
  readonly #shape: TableShape;
  #rowBytes: number | undefined;

  constructor(db: Connection, shape: TableShape) {
    this.#db = db;
    this.#shape = shape;
  }

  /**
   * How to cut the stretch after `from`: after so many rows where the size of the rows before is known, else at a place,
   * found by measuring. Then the stretch is at most twice `targetBytes` large, or one row.
   */
  next(from: ScanKey | undefined, targetBytes: number): Cut {
    if (this.#rowBytes === undefined) return { to: this.#measured(from, targetBytes) };
    return { rows: Math.min(maxStretchRows, Math.max(1, Math.round(targetBytes / this.#rowBytes))) };
  }

  /** What rows came to: the next stretch is cut by it. */
  learn(rows: number, bytes: number): void {
    if (rows >= enoughRows) this.#rowBytes = bytes / rows;
  }

  /** The rows that follow are larger than those before: the next stretch is measured. */
  forget(): void {
    this.#rowBytes = undefined;
  }

  #measured(from: ScanKey | undefined, targetBytes: number): ScanKey | undefined {
    let limit = firstGuessRows;
    for (;;) {
      const { rows, bytes } = this.#measure(from, limit);
      if (bytes > 2 * targetBytes && rows > 1) {
        limit = Math.max(1, Math.min(Math.floor((limit * targetBytes) / bytes), rows >> 1));
        continue;
      }
      if (bytes > maxRowBytes) throw rowTooLarge(this.#shape);
      return rows < limit ? undefined : this.#endOf(from, rows);
    }
  }

  #measure(from: ScanKey | undefined, limit: number): { rows: number; bytes: number } {
    const { sql, values } = rangeCondition(this.#shape, { from });
    const order = walkTerms(this.#shape).join(', ');
    const inner = `SELECT ${rowSizeTerm(this.#shape)} AS bytes FROM main.${quote(this.#shape.name)} t WHERE ${sql} ORDER BY ${order} LIMIT ?`;
    const [rows, bytes] = this.#db
      .prepare(`SELECT count(*), coalesce(sum(bytes), 0) FROM (${inner})`)
      .raw()
      .get(...values, limit) as [number, number];
    return { rows, bytes };
  }

  #endOf(from: ScanKey | undefined, rows: number): ScanKey | undefined {
    const { sql, values } = rangeCondition(this.#shape, { from });
    const terms = scanTerms(this.#shape);
    const row = this.#db
      .prepare(
        `SELECT ${scanKeyTerms(terms)} FROM main.${quote(this.#shape.name)} t WHERE ${sql} ORDER BY ${walkTerms(this.#shape).join(', ')} LIMIT 1 OFFSET ?`,
      )
      .raw()
      .safeIntegers()
      .get(...values, rows - 1) as unknown[] | undefined;
    return row && readScanKey(row);
  }
}

export function rowTooLarge(shape: { name: string }): ForesyncError {
  return new ForesyncError(
    'data',
    'row-too-large',
    `A row of ${printable(shape.name)} is larger than ${maxRowBytes / 1024 / 1024} MiB.`,
    {
      hint: 'Such rows cannot be sent.',
    },
  );
}
