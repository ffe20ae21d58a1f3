import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import type { Connection } from './connection.ts';
import { readScanKey, type ScanKey, scanKeyTerms } from './key-codec.ts';
import { rangeCondition, scanTerms } from './scan.ts';
import { quote } from './sql.ts';
import type { TableShape } from './table-shape.ts';

/** Past this an image and its frame would not fit into memory several times over. */
export const maxRowBytes = 256 * 1024 * 1024;

const firstGuessRows = 1024;
const maxStretchRows = 262_144;

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
   * The stretch after `from`: how many rows it has and where it ends, undefined for the end of the table. It has one row
   * at least, and otherwise at most twice `targetBytes`.
   */
  next(from: ScanKey | undefined, targetBytes: number): { rows: number; to: ScanKey | undefined } {
    let limit = Math.min(
      maxStretchRows,
      Math.max(1, Math.round(this.#rowBytes === undefined ? firstGuessRows : targetBytes / this.#rowBytes)),
    );
    for (;;) {
      const { rows, bytes } = this.#measure(from, limit);
      if (rows > 0) this.#rowBytes = bytes / rows;
      if (bytes > 2 * targetBytes && rows > 1) {
        limit = Math.max(1, Math.min(Math.floor((limit * targetBytes) / bytes), rows >> 1));
        continue;
      }
      if (bytes > maxRowBytes) throw rowTooLarge(this.#shape);
      return { rows, to: rows < limit ? undefined : this.#endOf(from, rows) };
    }
  }

  #measure(from: ScanKey | undefined, limit: number): { rows: number; bytes: number } {
    const { sql, values } = rangeCondition(this.#shape, { from });
    const order = scanTerms(this.#shape).join(', ');
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
        `SELECT ${scanKeyTerms(terms)} FROM main.${quote(this.#shape.name)} t WHERE ${sql} ORDER BY ${terms.join(', ')} LIMIT 1 OFFSET ?`,
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
