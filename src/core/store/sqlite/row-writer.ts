import { systemCodeOf } from '../../errors.ts';
import type { RowKey } from '../../row-key.ts';
import type { Connection } from './connection.ts';
import { FetchedRows } from './fetched-rows.ts';
import type { Bindable, ScanKey } from './key-codec.ts';
import { PartsOfTable } from './parts-of-table.ts';
import type { RowOrigins } from './row-origins.ts';
import {
  carriedColumns,
  carriedTerms,
  keyTerms,
  rangeCondition,
  rowValue,
  type ScanRange,
  sameKey,
  scanTerms,
  walkTerms,
} from './scan.ts';
import { all, imageColumns, quote } from './sql.ts';
import type { TableShape } from './table-shape.ts';

/** No change has a number so low. */
const beforeAll = -1;
/** Nothing was. */
const afterAll = Number.MAX_SAFE_INTEGER;

/** Puts rows of attached images into the joiner's table. */
export class RowWriter {
  readonly #db: Connection;
  readonly #shape: TableShape;
  readonly #table: string;
  readonly #carried: string;
  /** Rows that came out of turn, whose places older ones must not take. */
  readonly fetched: FetchedRows;
  /** Undefined where nobody asks. */
  origins: RowOrigins | undefined;
  /** `version` changes where another connection writes. */
  #counted: { rows: number; version: unknown } | undefined;

  constructor(db: Connection, shape: TableShape) {
    this.#db = db;
    this.#shape = shape;
    this.#table = `main.${quote(shape.name)}`;
    this.#carried = imageColumns(carriedTerms(shape).length).join(', ');
    this.fetched = new FetchedRows(db, shape);
  }

  /**
   * The table, and those indexes that must hold from the first row on. The donor's definitions are run by `prepare`,
   * which takes one statement alone.
   */
  createTable(): void {
    this.#db.prepare(this.#shape.sql).run();
    for (const { name, sql, unique } of this.#shape.indexes) {
      // All are tried while it costs nothing: one that cannot be made must not show only after the bulk.
      this.#db.prepare(sql).run();
      if (!unique) this.#db.exec(`DROP INDEX ${quote(name)}`);
    }
  }

  /**
   * The other indexes, where they are not there yet: it is faster to sort once than to insert in random places. A UNIQUE
   * one that comes after one of them is made again, so that the schema lists all in the donor's order.
   */
  createLateIndexes(): void {
    const exists = this.#db.prepare("SELECT 1 FROM main.sqlite_schema WHERE type = 'index' AND name = ?");
    let isBehind = false;
    for (const { name, sql } of this.#shape.indexes) {
      const present = exists.get(name) !== undefined;
      if (present && isBehind) this.#db.exec(`DROP INDEX main.${quote(name)}`);
      if (!present || isBehind) this.#db.prepare(sql).run();
      isBehind ||= !present;
    }
  }

  /**
   * Rows of different moments may collide on UNIQUE columns; the one that is there gives way, because whichever of the two is
   * stale is in the Delta Log and comes again. `displaced` tells whether any has. Of keys that were fetched past the change `upTo` nothing is put.
   */
  put(image: string, upTo = beforeAll): { rows: number; displaced: boolean } {
    try {
      return { rows: this.#insert('ABORT', image, upTo), displaced: false };
    } catch (error) {
      if (!systemCodeOf(error)?.startsWith('SQLITE_CONSTRAINT')) throw error;
      return { rows: this.#insert('REPLACE', image, upTo), displaced: true };
    }
  }

  /** The clause is always told: the table's constraints may have one of their own, such as IGNORE. */
  #insert(onConflict: 'ABORT' | 'REPLACE', image: string, upTo: number): number {
    const columns = carriedColumns(this.#shape).join(', ');
    return this.#run(
      `INSERT OR ${onConflict} INTO ${this.#table}(${columns}) SELECT ${this.#carried} FROM ${image}.r i WHERE ${this.fetched.mayPut(upTo)} ORDER BY rowid`,
    );
  }

  /** `put` of rows that were planned. */
  putPlanned(image: string): { rows: number; displaced: boolean } {
    this.origins?.planned(image, this.fetched.mayPut(beforeAll));
    return this.put(image);
  }

  /** Puts what an image of a Delta Log says, up to its watermark, in place of what is under its keys. */
  change(image: string, watermark: number): { rows: number } {
    const mayChange = this.fetched.mayRemove(watermark);
    this.origins?.changed(image, mayChange);
    this.removeKeys(image, watermark);
    const written = this.put(image, watermark);
    this.origins?.changed(image, mayChange);
    return written;
  }

  /** Deletes the rows of all keys in the image's `k` that were not fetched past the change `upTo`. */
  removeKeys(image: string, upTo = beforeAll): number {
    const { key, rowid } = this.#shape;
    const mayRemove = this.fetched.mayRemove(upTo);
    if (rowid === undefined) {
      const keys = `SELECT ${imageColumns(key.length).join(', ')} FROM ${image}.k k WHERE ${mayRemove}`;
      return this.#run(
        `DELETE FROM ${this.#table} AS t WHERE ${rowValue(keyTerms(this.#shape))} IN (${keys})`,
      );
    }
    const found = `SELECT t.${quote(rowid)} FROM ${image}.k k CROSS JOIN ${this.#table} t ON ${this.#sameKey()} WHERE ${mayRemove}`;
    return this.#run(`DELETE FROM ${this.#table} WHERE ${quote(rowid)} IN (${found})`);
  }

  /** Puts rows that were read out of turn in place of what is under their keys. */
  takeFetched(
    image: string,
    keys: readonly RowKey[],
    { watermark, asOfMs }: { watermark: number; asOfMs: number },
  ): void {
    this.fetched.take(keys, { watermark, asOfMs }, this.origins);
    this.#counted = undefined;
    this.put(image, watermark);
    this.fetched.settle();
  }

  /** Puts the image's rows in place of a range; returns how many rows were missing, surplus or different. */
  replaceRange(range: ScanRange, image: string): number {
    const { sql, values } = rangeCondition(this.#shape, range);
    const before = this.#db
      .prepare(`SELECT count(*) FROM ${this.#table} t WHERE ${sql}`)
      .pluck()
      .get(...values) as number;
    const differences = this.#differences(image, before);
    const names = scanTerms(this.#shape).join(', ');
    this.#run(
      `DELETE FROM ${this.#table} AS t WHERE ${rowValue(walkTerms(this.#shape))} IN (SELECT ${names} FROM ${this.#table} t WHERE ${sql})`,
      values,
    );
    this.put(image, afterAll);
    return differences;
  }

  /** Puts the rows of `rows` in place of all rows under the keys of `keys`; returns how many differed. */
  replaceKeys(keys: string, rows: string): number {
    const found = `SELECT count(*) FROM (SELECT DISTINCT * FROM ${keys}.k) k CROSS JOIN ${this.#table} t ON ${this.#sameKey()}`;
    const before = this.#db.prepare(found).pluck().get() as number;
    const differences = this.#differences(rows, before);
    this.removeKeys(keys, afterAll);
    this.put(rows, afterAll);
    return differences;
  }

  /** AUTOINCREMENT's counter, as the donor has it. */
  setSequence(lastRowid: string | undefined): void {
    if (lastRowid === undefined) return;
    this.#db.prepare('DELETE FROM main.sqlite_sequence WHERE name = ?').run(this.#shape.name);
    this.#db
      .prepare('INSERT INTO main.sqlite_sequence VALUES(?, ?)')
      .run(this.#shape.name, BigInt(lastRowid));
  }

  /** Counts the rows, unless nobody has written to the table since they were counted last. */
  count(): number {
    const version = this.#db.pragma('data_version', { simple: true });
    if (this.#counted && this.#counted.version === version) return this.#counted.rows;
    const rows = this.#db.prepare(`SELECT count(*) FROM ${this.#table}`).pluck().get() as number;
    this.#counted = { rows, version };
    return rows;
  }

  /**
   * The same, a part of the table at a time: between two parts others may read, and nobody may write. Gives the number in the end.
   */
  *countInParts(partRows: number): Generator<undefined, number> {
    const version = this.#db.pragma('data_version', { simple: true });
    if (this.#counted && this.#counted.version === version) return this.#counted.rows;
    const parts = new PartsOfTable(this.#db, this.#shape, partRows);
    let rows = 0;
    let after: ScanKey | undefined;
    do {
      const part = parts.next(after);
      rows += part.rows;
      after = part.to;
      yield undefined;
    } while (after);
    this.#counted = { rows, version };
    return rows;
  }

  /** All that writes to the table. Returns how many rows it was to. */
  #run(sql: string, values: readonly Bindable[] = []): number {
    const { changes } = this.#db.prepare(sql).run(...values);
    if (changes > 0) this.#counted = undefined;
    return changes;
  }

  /** Rows of the image that the table has not, to the bit, and rows of the table's `before` that the image has not. */
  #differences(image: string, before: number): number {
    const terms = carriedTerms(this.#shape);
    const same = all(
      terms.map((term, i) => `${term} COLLATE BINARY IS i.c${i} AND typeof(${term}) = typeof(i.c${i})`),
    );
    const names = scanTerms(this.#shape);
    const place = all(
      walkTerms(this.#shape).map((term, i) => `${term} IS i.c${terms.indexOf(names[i] ?? '')}`),
    );
    const total = this.#db.prepare(`SELECT count(*) FROM ${image}.r`).pluck().get() as number;
    const [found, equal] = this.#db
      .prepare(
        `SELECT count(*), coalesce(sum(${same}), 0) FROM ${image}.r i CROSS JOIN ${this.#table} t ON ${place}`,
      )
      .raw()
      .get() as [number, number];
    return total - equal + Math.max(0, before - found);
  }

  #sameKey(): string {
    return sameKey(
      this.#shape,
      imageColumns(this.#shape.key.length).map((part) => `k.${part}`),
    );
  }
}
