import { systemCodeOf } from '../../errors.ts';
import type { RowKey } from '../../row-key.ts';
import { captureNames, readCapture } from './capture.ts';
import type { DeltaChunk, HotChunk, RangeChunk, Recheck, Settlement, SnapshotChunk } from './chunk.ts';
import type { Connection } from './connection.ts';
import { digestOf, type Image } from './image.ts';
import { bindKey, type ScanKey } from './key-codec.ts';
import { logBroken, tableAltered } from './refusals.ts';
import { rowDigestBytes, rowDigests } from './row-digests.ts';
import { type ImageKind, RowReader } from './row-reader.ts';
import { keyTerms, rowValue, type ScanRange, sameKey, scanTerms } from './scan.ts';
import { all, quote } from './sql.ts';
import { maxRowBytes, rowSizeTerm, rowTooLarge, StretchFinder } from './stretch.ts';
import { definitionOf, readDefinition, type TableShape } from './table-shape.ts';

/** Bounds of one delta chunk. */
export interface DeltaLimits {
  maxKeys: number;
  maxBytes: number;
}

/**
 * Reads rows of one table at a donor. Every call is one short read transaction, in which the watermark is read too.
 * A donor without a Delta Log (any but the lead) gives the watermark 0.
 */
export class DonorReader {
  readonly #db: Connection;
  readonly #shape: TableShape;
  readonly #rows: RowReader;
  readonly #stretches: StretchFinder;
  readonly #delta: string;
  /** Planned keys joined with their rows, in the order of the keys. */
  readonly #wanted: string;
  #captureId: string | undefined;
  #rowsAhead = 0;

  constructor(db: Connection, shape: TableShape) {
    this.#db = db;
    this.#shape = shape;
    this.#rows = new RowReader(db, shape);
    this.#stretches = new StretchFinder(db, shape);
    this.#delta = `main.${quote(captureNames(shape.name).delta)}`;
    const found = all(keyTerms(shape).map((term, i) => `${term} = w.k${i}`));
    this.#wanted = `temp._foresync_want w CROSS JOIN main.${quote(shape.name)} t ON ${found}`;
    // A temporary table hides one of the same name, which the user's may have; no application's begins like this.
    // Declared like the key itself, so that '123' from a log finds the integer 123, and 'abc' the NOCASE key 'ABC'.
    const wanted = shape.key.map(({ affinity, collation }, i) => `k${i} ${affinity} COLLATE ${collation}`);
    db.exec(`CREATE TEMP TABLE _foresync_want(n INTEGER PRIMARY KEY, ${wanted.join(', ')})`);
    const places =
      shape.rowid === undefined
        ? shape.key.map(({ collation }, i) => `k${i} COLLATE ${collation}`)
        : ['k0 INTEGER'];
    db.exec(
      `CREATE TEMP TABLE _foresync_ahead(${places.join(', ')}, PRIMARY KEY(${places.map((_, i) => `k${i}`).join(', ')})) WITHOUT ROWID`,
    );
  }

  /** From now on every chunk must come from this capture, whole; otherwise `log-broken`. */
  follow(captureId: string): void {
    this.#captureId = captureId;
  }

  /**
   * Rows of planned keys, in their order. Covers fewer keys than asked for where the rows would pass `maxBytes`, but one
   * at least. With `digests`, each row's digest is told, for the lead to settle it by.
   */
  hot(keys: readonly RowKey[], options: { maxBytes: number; digests: boolean }): HotChunk {
    this.#want(keys);
    return this.#rows.images(['rows'], (image) => {
      const watermark = this.#watermark();
      const keysRead = this.#fitting(keys.length, options.maxBytes);
      const rows = this.#rows.fillRows(image, `${this.#wanted} WHERE w.n < ?`, [keysRead], ['w.n']);
      const digests = options.digests
        ? rowDigests(this.#db, this.#shape, this.#wanted, keysRead)
        : Buffer.alloc(0);
      return {
        image: image.bytes(),
        rows,
        watermark,
        keysRead,
        missing: Math.max(0, keysRead - rows),
        digests,
      };
    });
  }

  /**
   * Of planned keys whose rows another replica gave, with these digests: the rows of those keys under which this donor
   * has something else, or nothing. Covers fewer keys than asked for as `hot` does.
   */
  settle(keys: readonly RowKey[], digests: Buffer, maxBytes: number): Settlement {
    this.#want(keys);
    return this.#rows.images(['rows', 'keys'], (image, keyImage) => {
      const own = rowDigests(this.#db, this.#shape, this.#wanted, keys.length);
      const drop = this.#db.prepare('DELETE FROM temp._foresync_want WHERE n = ?');
      for (let n = 0; n < keys.length; n++) {
        const [start, end] = [n * rowDigestBytes, (n + 1) * rowDigestBytes];
        if (own.subarray(start, end).equals(digests.subarray(start, end))) drop.run(n);
      }
      const keysRead = this.#fitting(keys.length, maxBytes);
      const rows = this.#rows.fillRows(image, `${this.#wanted} WHERE w.n < ?`, [keysRead], ['w.n']);
      const differing = this.#rows.fillWantedKeys(keyImage, keysRead);
      return { image: image.bytes(), keyImage: keyImage.bytes(), rows, keysRead, differing };
    });
  }

  /** Keeps the places of planned rows that are on their way to the joiner, so that `snapshot` leaves them out. */
  leaveOut(keys: readonly RowKey[]): void {
    this.#want(keys);
    this.#rowsAhead += this.#db
      .prepare(
        `INSERT OR IGNORE INTO temp._foresync_ahead SELECT ${scanTerms(this.#shape).join(', ')} FROM ${this.#wanted}`,
      )
      .run().changes;
  }

  /** The next chunk, about `targetBytes` large, of all rows that did not go ahead. */
  snapshot(from: ScanKey | undefined, targetBytes: number): SnapshotChunk {
    return this.#bounded(['rows'], targetBytes, (image) => {
      const watermark = this.#watermark();
      const cut = this.#stretches.next(from, targetBytes);
      const notAhead =
        this.#rowsAhead === 0
          ? 'TRUE'
          : `${rowValue(scanTerms(this.#shape))} NOT IN (SELECT ${this.#placeNames()} FROM temp._foresync_ahead)`;
      const { rows, to } = this.#rows.fillStretch(image, from, cut, notAhead);
      const bytes = image.bytes();
      this.#stretches.learn(rows, bytes.length);
      return { image: bytes, rows, watermark, to };
    });
  }

  /** Changes after `after`, as many as the limits let through. */
  delta(after: number, limits: DeltaLimits): DeltaChunk {
    return this.#rows.images(['both'], (image) => this.#deltaInto(image, after, limits));
  }

  /**
   * For verification: the changes after `after` and, of the same moment, the digest of the stretch after `from`. The
   * range is absent where the changes are too many for one chunk; then the call is repeated from their watermark.
   */
  verify(
    after: number,
    from: ScanKey | undefined,
    targetBytes: number,
    limits: DeltaLimits,
  ): { tail: DeltaChunk; range?: RangeChunk } {
    return this.#bounded(['both', 'rows'], targetBytes, (tailImage, image) => {
      const tail = this.#deltaInto(tailImage, after, limits);
      if (!tail.complete) return { tail };
      const { rows, to } = this.#rows.fillStretch(image, from, this.#stretches.next(from, targetBytes));
      const bytes = image.bytes();
      this.#stretches.learn(rows, bytes.length);
      return { tail, range: { to, rows, digest: digestOf(bytes) } };
    });
  }

  /**
   * For verification: the changes after `after` and, of the same moment, all rows of the keys that changed after
   * `since`. Where that completes, the joiner that agrees is in sync. Absent as in `verify`.
   */
  recheck(after: number, since: number, limits: DeltaLimits): { tail: DeltaChunk; recheck?: Recheck } {
    return this.#rows.images(['both', 'keys', 'rows'], (tailImage, keyImage, rowImage) => {
      const tail = this.#deltaInto(tailImage, after, limits);
      if (!tail.complete) return { tail };
      const changed = this.#deltaEnd(since, limits);
      const keys = this.#rows.fillChangedKeys(keyImage, since, changed.until);
      const rows = this.#rows.fillRowsOfKeys(rowImage, keyImage);
      const image = rowImage.bytes();
      const complete = changed.until >= tail.watermark;
      return {
        tail,
        recheck: {
          keyImage: keyImage.bytes(),
          image,
          digest: digestOf(image),
          keys,
          rows,
          until: changed.until,
          complete,
          lastRowid: this.#sequence(),
        },
      };
    });
  }

  /** All rows of a range and, of the same moment, the changes after `after`; for repairs. */
  range(
    after: number,
    range: ScanRange,
    limits: DeltaLimits,
  ): { tail: DeltaChunk; image?: Buffer; rows: number; digest?: string } {
    return this.#rows.images(['both', 'rows'], (tailImage, image) => {
      const tail = this.#deltaInto(tailImage, after, limits);
      if (!tail.complete) return { tail, rows: 0 };
      const rows = this.#rows.fillRange(image, range);
      const bytes = image.bytes();
      return { tail, image: bytes, rows, digest: digestOf(bytes) };
    });
  }

  /**
   * Lets `read` fill images of a stretch. Where its rows turn out far larger than those before, which it was cut by, the
   * images run full instead of the memory, and it is read again, measured.
   */
  #bounded<T>(kinds: readonly ImageKind[], targetBytes: number, read: (...images: Image[]) => T): T {
    try {
      return this.#rows.images(kinds, read, 4 * targetBytes);
    } catch (error) {
      if (systemCodeOf(error) !== 'SQLITE_FULL') throw error;
      this.#stretches.forget();
      return this.#rows.images(kinds, read);
    }
  }

  #deltaInto(image: Image, after: number, limits: DeltaLimits): DeltaChunk {
    const now = this.#watermark();
    const { until, backlog } = this.#deltaEnd(after, limits);
    const keys = this.#rows.fillChangedKeys(image, after, until);
    const rows = this.#rows.fillRowsOfKeys(image, image);
    const complete = backlog === keys;
    return {
      image: image.bytes(),
      rows,
      watermark: complete ? now : until,
      keys,
      complete,
      backlog: backlog - keys,
    };
  }

  /** The last change that still fits, and how many keys there are after `after`. */
  #deltaEnd(after: number, limits: DeltaLimits): { until: number; backlog: number } {
    const backlog = this.#db
      .prepare(`SELECT count(*) FROM ${this.#delta} WHERE seq > ?`)
      .pluck()
      .get(after) as number;
    let keys = Math.min(backlog, limits.maxKeys);
    const joined = `${this.#delta} d JOIN main.${quote(this.#shape.name)} t ON ${sameKey(
      this.#shape,
      this.#shape.key.map((_, i) => `d.k${i}`),
    )}`;
    const size = this.#db
      .prepare(
        `SELECT coalesce(sum(${rowSizeTerm(this.#shape)}), 0) FROM ${joined} WHERE d.seq > ? AND d.seq <= ?`,
      )
      .pluck();
    const end = this.#db
      .prepare(`SELECT seq FROM ${this.#delta} WHERE seq > ? ORDER BY seq LIMIT 1 OFFSET ?`)
      .pluck();
    for (;;) {
      if (keys === 0) return { until: after, backlog };
      const until = end.get(after, keys - 1) as number;
      const bytes = size.get(after, until) as number;
      if (bytes <= limits.maxBytes || keys === 1) {
        if (bytes > maxRowBytes) throw rowTooLarge(this.#shape);
        return { until, backlog };
      }
      keys = Math.max(1, Math.min(keys >> 1, Math.floor((keys * limits.maxBytes) / bytes)));
    }
  }

  #want(keys: readonly RowKey[]): void {
    const marks = this.#shape.key.map(() => '?').join(', ');
    const insert = this.#db.prepare(`INSERT INTO temp._foresync_want VALUES(?, ${marks})`);
    this.#db.transaction(() => {
      this.#db.exec('DELETE FROM temp._foresync_want');
      for (const [n, key] of keys.entries()) {
        const values = bindKey(key, this.#shape.key.length);
        if (values) insert.run(n, ...values);
      }
    })();
  }

  #fitting(keys: number, maxBytes: number): number {
    const size = this.#db
      .prepare(`SELECT coalesce(sum(${rowSizeTerm(this.#shape)}), 0) FROM ${this.#wanted} WHERE w.n < ?`)
      .pluck();
    for (let count = keys; ; ) {
      const bytes = size.get(count) as number;
      if (bytes <= maxBytes || count <= 1) {
        if (bytes > maxRowBytes) throw rowTooLarge(this.#shape);
        return count;
      }
      count = Math.max(1, Math.min(count >> 1, Math.floor((count * maxBytes) / bytes)));
    }
  }

  #placeNames(): string {
    return (this.#shape.rowid === undefined ? this.#shape.key : ['rowid']).map((_, i) => `k${i}`).join(', ');
  }

  /** The donor's AUTOINCREMENT counter, which may be past the largest rowid. */
  #sequence(): string | undefined {
    if (!this.#shape.autoincrement) return undefined;
    const value = this.#db
      .prepare('SELECT seq FROM main.sqlite_sequence WHERE name = ?')
      .pluck()
      .safeIntegers()
      .get(this.#shape.name);
    return value === undefined ? undefined : String(value);
  }

  #watermark(): number {
    if (this.#captureId === undefined) return 0;
    const state = readCapture(this.#db, this.#shape);
    if (!state || state.id !== this.#captureId || state.broken) throw logBroken(this.#shape, state?.broken);
    if (readDefinition(this.#db, this.#shape.name) !== definitionOf(this.#shape))
      throw tableAltered(this.#shape);
    return state.watermark;
  }
}
