import type { RowKey } from '../../row-key.ts';
import type { HotChunk, Settlement } from './chunk.ts';
import type { Connection } from './connection.ts';
import type { Image } from './image.ts';
import { bindKey } from './key-codec.ts';
import { rowDigestBytes, rowDigests } from './row-digests.ts';
import type { RowReader } from './row-reader.ts';
import { keyTerms, rowValue, scanTerms, walkTerms } from './scan.ts';
import { all, quote } from './sql.ts';
import { maxRowBytes, rowSizeTerm, rowTooLarge } from './stretch.ts';

/**
 * Reads the rows of planned keys at a donor, and knows which of them the snapshot can leave out. Temporary tables hide
 * those of the same name that the user's database may have; no application's begins like these.
 */
export class PlannedRows {
  readonly #db: Connection;
  readonly #rows: RowReader;
  readonly #watermark: () => number;
  /** Planned keys joined with their rows, in the order of the keys. */
  readonly #wanted: string;
  /** Names of the columns of `_foresync_ahead`. */
  readonly #places: string;
  #rowsAhead = 0;

  /** `watermark` is called in the transaction that reads the rows. */
  constructor(db: Connection, rows: RowReader, watermark: () => number) {
    this.#db = db;
    this.#rows = rows;
    this.#watermark = watermark;
    const { name, key, rowid } = rows.shape;
    const found = all(keyTerms(rows.shape).map((term, i) => `${term} = w.k${i}`));
    this.#wanted = `temp._foresync_want w CROSS JOIN main.${quote(name)} t ON ${found}`;
    // Declared like the key itself, so that '123' from a log finds the integer 123, and 'abc' the NOCASE key 'ABC'.
    const wanted = key.map(({ affinity, collation }, i) => `k${i} ${affinity} COLLATE ${collation}`);
    db.exec(`CREATE TEMP TABLE _foresync_want(n INTEGER PRIMARY KEY, ${wanted.join(', ')})`);
    this.#places = scanTerms(rows.shape)
      .map((_, i) => `k${i}`)
      .join(', ');
    const keyParts = key.map(({ collation }, i) => `k${i} COLLATE ${collation}`).join(', ');
    // Looked up for every row of the snapshot, and a rowid is found without making a record of it first.
    db.exec(
      `CREATE TEMP TABLE _foresync_ahead${
        rowid === undefined
          ? `(${keyParts}, PRIMARY KEY(${this.#places})) WITHOUT ROWID`
          : '(k0 INTEGER PRIMARY KEY)'
      }`,
    );
  }

  /** SQL condition on a row `t`: that it did not go ahead. */
  get notAhead(): string {
    if (this.#rowsAhead === 0) return 'TRUE';
    return `${rowValue(walkTerms(this.#rows.shape))} NOT IN (SELECT ${this.#places} FROM temp._foresync_ahead)`;
  }

  /**
   * Rows of planned keys, in their order. Covers fewer keys than asked for where the rows would pass `maxBytes`, but one
   * at least. With `digests`, each row's digest is told, for the lead to settle it by.
   */
  hot(keys: readonly RowKey[], options: { maxBytes: number; digests: boolean }): HotChunk {
    this.#want(keys);
    const read = (image: Image, keysRead: number) => {
      const watermark = this.#watermark();
      const rows = this.#rows.fillRows(image, `${this.#wanted} WHERE w.n < ?`, [keysRead], ['w.n']);
      const digests = options.digests
        ? rowDigests(this.#db, this.#rows.shape, this.#wanted, keysRead)
        : Buffer.alloc(0);
      return {
        image: image.bytes(),
        rows,
        watermark,
        keysRead,
        missing: Math.max(0, keysRead - rows),
        valueBytes: this.#valueBytes(keysRead),
        digests,
      };
    };
    return this.#rows.boundedImages(
      ['rows'],
      options.maxBytes,
      (image) => read(image, keys.length),
      (image) => read(image, this.#fitting(keys.length, options.maxBytes)),
    );
  }

  /**
   * Of planned keys whose rows another replica gave, with these digests: the rows of those keys under which this donor
   * has something else, or nothing. Covers fewer keys than asked for as `hot` does.
   */
  settle(keys: readonly RowKey[], digests: Buffer, maxBytes: number): Settlement {
    this.#want(keys);
    return this.#rows.images(['rows', 'keys'], (image, keyImage) => {
      const own = rowDigests(this.#db, this.#rows.shape, this.#wanted, keys.length);
      const drop = this.#db.prepare('DELETE FROM temp._foresync_want WHERE n = ?');
      for (let n = 0; n < keys.length; n++) {
        const [start, end] = [n * rowDigestBytes, (n + 1) * rowDigestBytes];
        if (own.subarray(start, end).equals(digests.subarray(start, end))) drop.run(n);
      }
      const keysRead = this.#fitting(keys.length, maxBytes);
      const rows = this.#rows.fillRows(image, `${this.#wanted} WHERE w.n < ?`, [keysRead], ['w.n']);
      const differing = this.#fillKeys(keyImage, keysRead);
      return { image: image.bytes(), keyImage: keyImage.bytes(), rows, keysRead, differing };
    });
  }

  /** Keeps the places of planned rows that are on their way to the joiner, so that `snapshot` leaves them out. */
  leaveOut(keys: readonly RowKey[]): void {
    this.#want(keys);
    this.#rowsAhead += this.#db
      .prepare(
        `INSERT OR IGNORE INTO temp._foresync_ahead SELECT ${scanTerms(this.#rows.shape).join(', ')} FROM ${this.#wanted}`,
      )
      .run().changes;
  }

  #want(keys: readonly RowKey[]): void {
    const marks = this.#rows.shape.key.map(() => '?').join(', ');
    const insert = this.#db.prepare(`INSERT INTO temp._foresync_want VALUES(?, ${marks})`);
    this.#db.transaction(() => {
      this.#db.exec('DELETE FROM temp._foresync_want');
      for (const [n, key] of keys.entries()) {
        const values = bindKey(key, this.#rows.shape.key.length);
        if (values) insert.run(n, ...values);
      }
    })();
  }

  /** Of the rows of the first `keys` keys. */
  #valueBytes(keys: number): number {
    const size = `SELECT coalesce(sum(${rowSizeTerm(this.#rows.shape)}), 0) FROM ${this.#wanted} WHERE w.n < ?`;
    return this.#db.prepare(size).pluck().get(keys) as number;
  }

  #fitting(keys: number, maxBytes: number): number {
    for (let count = keys; ; ) {
      const bytes = this.#valueBytes(count);
      if (bytes <= maxBytes || count <= 1) {
        if (bytes > maxRowBytes) throw rowTooLarge(this.#rows.shape);
        return count;
      }
      count = Math.max(1, Math.min(count >> 1, Math.floor((count * maxBytes) / bytes)));
    }
  }

  /** Keys asked for whose number is under `count`. Returns how many there are. */
  #fillKeys(image: Image, count: number): number {
    const parts = this.#rows.shape.key.map((_, i) => `k${i}`).join(', ');
    return this.#db
      .prepare(`INSERT INTO ${image.name}.k SELECT ${parts} FROM temp._foresync_want WHERE n < ? ORDER BY n`)
      .run(count).changes;
  }
}
