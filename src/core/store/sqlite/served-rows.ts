import type { Statement } from 'better-sqlite3';
import type { RowKey } from '../../row-key.ts';
import type { Known } from '../../serve/read-through.ts';
import { type RowValue, rowJson } from '../../serve/row-json.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Connection } from './connection.ts';
import type { FetchedRows } from './fetched-rows.ts';
import { bindKey } from './key-codec.ts';
import { keyTerms } from './scan.ts';
import { all, quote } from './sql.ts';
import type { TableShape } from './table-shape.ts';

/** Reads single rows of a joiner's table as applications ask for them. */
export class ServedRows {
  readonly #db: Connection;
  readonly #shape: TableShape;
  readonly #fetched: FetchedRows;
  readonly #find: Statement<unknown[]>;
  readonly #columns: string[];
  /** When the lead was as the rows that are here say, or later: all of them were read since. */
  #asOfMs: number;
  #isWhole: boolean;

  constructor(
    db: Connection,
    shape: TableShape,
    fetched: FetchedRows,
    { asOfMs, isWhole }: { asOfMs: number; isWhole: boolean },
  ) {
    this.#db = db;
    this.#shape = shape;
    this.#fetched = fetched;
    this.#asOfMs = asOfMs;
    this.#isWhole = isWhole;
    const found = all(keyTerms(shape).map((term) => `${term} = ?`));
    this.#find = this.#db
      .prepare(`SELECT * FROM main.${quote(shape.name)} t WHERE ${found}`)
      .raw()
      .safeIntegers();
    this.#columns = this.#find.columns().map(({ name }) => name);
  }

  /** Rounds of the Delta Log have brought all changes up to that time; `isWhole`: behind all rows, so that what is not here is nowhere. */
  level(asOfMs: number, isWhole: boolean): void {
    this.#asOfMs = Math.max(this.#asOfMs, asOfMs);
    this.#isWhole ||= isWhole;
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  find(key: RowKey, { watermark }: Checkpoint): Known {
    const values = bindKey(key, this.#shape.key.length);
    if (!values) return { kind: 'foreign' };
    const row = this.#find.get(...values) as RowValue[] | undefined;
    const fetched = this.#fetched.of(key);
    const known = {
      watermark: Math.max(watermark, fetched?.watermark ?? 0),
      asOfMs: Math.max(this.#asOfMs, fetched?.asOfMs ?? 0),
    };
    if (row) return { kind: 'row', json: rowJson(this.#columns, row), ...known };
    // A row that was fetched may have given way to an older one that is unique where it was, until the next round.
    return this.#isWhole || fetched?.hasRow === false ? { kind: 'none', ...known } : { kind: 'unknown' };
  }
}
