import type { Statement } from 'better-sqlite3';
import type { RowKey } from '../../row-key.ts';
import type { Connection } from './connection.ts';
import { bindKey } from './key-codec.ts';
import type { RowOrigins } from './row-origins.ts';
import { carriedTerms, keyTerms, rowValue } from './scan.ts';
import { all, imageColumns, quote } from './sql.ts';
import type { TableShape } from './table-shape.ts';

/** Hides a table of that name that the user may have; no application's begins like this. */
const table = 'temp._foresync_fetched';

/**
 * Which keys of a joiner were fetched from the lead out of turn, and at which watermark: their rows are ahead of all others, and what was read before them
 * may arrive after them. Until a round of the Delta Log has passed that watermark, an older row must not take their place, or a reader would see time go back.
 *
 * Lives as long as the connection: what is under way to a joiner dies with it.
 */
export class FetchedRows {
  readonly #db: Connection;
  readonly #shape: TableShape;
  /** Looks a key up, once there is anything to look in. */
  #find: Statement<unknown[]> | undefined;
  #keys = 0;

  constructor(db: Connection, shape: TableShape) {
    this.#db = db;
    this.#shape = shape;
  }

  get isEmpty(): boolean {
    return this.#keys === 0;
  }

  /** Keeps that these keys were read at `watermark`, and takes what is under them out of the table, in the caller's transaction. */
  take(
    keys: readonly RowKey[],
    { watermark, asOfMs }: { watermark: number; asOfMs: number },
    origins?: RowOrigins,
  ): void {
    this.#make();
    const columns = imageColumns(this.#shape.key.length);
    const same = columns.map((column) => `${column} IS ?`).join(' AND ');
    const forget = this.#db.prepare(`DELETE FROM ${table} WHERE ${same}`);
    const note = this.#db.prepare(
      `INSERT INTO ${table} VALUES(${columns.map(() => '?').join(', ')}, ?, ?, 1, NULL)`,
    );
    for (const key of keys) {
      const values = bindKey(key, columns.length);
      if (!values) continue;
      this.#keys -= forget.run(...values).changes;
      this.#keys += note.run(...values, BigInt(watermark), asOfMs).changes;
    }
    origins?.fetched(table, 'isNew');
    const main = `main.${quote(this.#shape.name)}`;
    const wanted = `SELECT ${columns.join(', ')} FROM ${table} WHERE isNew`;
    this.#db.exec(`DELETE FROM ${main} AS t WHERE ${rowValue(keyTerms(this.#shape))} IN (${wanted})`);
  }

  /** Tells which of the keys taken last have a row. */
  settle(): void {
    const found = all(keyTerms(this.#shape).map((term, i) => `${term} = f.c${i}`));
    const isThere = `EXISTS (SELECT 1 FROM main.${quote(this.#shape.name)} t WHERE ${found})`;
    this.#db.exec(`UPDATE ${table} AS f SET hasRow = ${isThere}, isNew = 0 WHERE isNew`);
  }

  /** What a key is known by; undefined where it was not fetched. */
  of(key: RowKey): { watermark: number; asOfMs: number; hasRow: boolean } | undefined {
    if (this.isEmpty || !this.#find) return undefined;
    const values = bindKey(key, this.#shape.key.length);
    if (!values) return undefined;
    const found = this.#find.get(...values) as
      | { watermark: number; asOfMs: number; hasRow: number }
      | undefined;
    return found && { ...found, hasRow: found.hasRow === 1 };
  }

  /** SQL condition on a carried row `i` of an image: that it takes no fetched row's place. Fetched up to `upTo` has had its round. */
  mayPut(upTo: number): string {
    const carried = carriedTerms(this.#shape);
    return this.#unless(
      this.#shape.key.map(({ name }) => `i.c${carried.indexOf(`t.${quote(name)}`)}`),
      upTo,
    );
  }

  /** The same for a key `k` of an image. */
  mayRemove(upTo: number): string {
    return this.#unless(
      imageColumns(this.#shape.key.length).map((column) => `k.${column}`),
      upTo,
    );
  }

  /** Rounds of the Delta Log up to here were applied, so that nothing older is under way. */
  forget(upTo: number): void {
    if (this.isEmpty) return;
    this.#keys -= this.#db.prepare(`DELETE FROM ${table} WHERE watermark <= ?`).run(BigInt(upTo)).changes;
  }

  #unless(parts: readonly string[], upTo: number): string {
    if (this.isEmpty) return 'TRUE';
    const same = all(parts.map((part, i) => `f.c${i} IS ${part}`));
    return `NOT EXISTS (SELECT 1 FROM ${table} f WHERE ${same} AND f.watermark > ${Math.trunc(upTo)})`;
  }

  /** Declared like the key itself, so that a text finds the number that it stands for. */
  #make(): void {
    if (this.#find) return;
    const columns = this.#shape.key.map(
      ({ affinity, collation }, i) => `c${i} ${affinity} COLLATE ${collation}`,
    );
    const names = imageColumns(this.#shape.key.length).join(', ');
    this.#db.exec(
      `CREATE TEMP TABLE _foresync_fetched(${columns.join(', ')}, watermark INTEGER, asOfMs REAL, isNew INTEGER, hasRow INTEGER);` +
        `CREATE INDEX temp._foresync_fetched_key ON _foresync_fetched(${names});` +
        'CREATE INDEX temp._foresync_fetched_new ON _foresync_fetched(isNew) WHERE isNew',
    );
    const same = imageColumns(this.#shape.key.length).map((column) => `${column} IS ?`);
    this.#find = this.#db.prepare(`SELECT watermark, asOfMs, hasRow FROM ${table} WHERE ${all(same)}`);
  }
}
