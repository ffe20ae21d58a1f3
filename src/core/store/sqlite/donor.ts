import { readCapture } from './capture.ts';
import type { DeltaChunk, RangeChunk, Recheck, SnapshotChunk } from './chunk.ts';
import type { Connection } from './connection.ts';
import { deltaLogNames } from './delta-log.ts';
import { prunedTo } from './delta-pruning.ts';
import { digestOf, digestOfSpent, type Image } from './image.ts';
import type { ScanKey } from './key-codec.ts';
import { PlannedRows } from './planned-rows.ts';
import { logBroken, logGap, tableAltered } from './refusals.ts';
import { type ImageKind, RowReader } from './row-reader.ts';
import { type ScanRange, sameKey } from './scan.ts';
import { quote } from './sql.ts';
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
  /** Those that go ahead of the snapshot. */
  readonly planned: PlannedRows;
  #captureId: string | undefined;
  #counted: { rows: number; version: number } | undefined;

  constructor(db: Connection, shape: TableShape) {
    this.#db = db;
    this.#shape = shape;
    this.#rows = new RowReader(db, shape);
    this.#stretches = new StretchFinder(db, shape);
    this.#delta = `main.${quote(deltaLogNames(shape.name).delta)}`;
    this.planned = new PlannedRows(db, this.#rows, () => this.#watermark());
  }

  /** From now on every chunk must come from this capture, whole; otherwise `log-broken`. */
  follow(captureId: string): void {
    this.#captureId = captureId;
  }

  /** Counts the rows, unless no other connection has written to the file since they were counted last. */
  rowCount(): number {
    const version = this.dataVersion();
    if (this.#counted?.version !== version) {
      const count = this.#db.prepare(`SELECT count(*) FROM main.${quote(this.#shape.name)}`).pluck();
      this.#counted = { rows: count.get() as number, version };
    }
    return this.#counted.rows;
  }

  /** Differs from an earlier one where another connection has committed to the file since (sqlite.org, PRAGMA data_version). */
  dataVersion(): number {
    return this.#db.pragma('data_version', { simple: true }) as number;
  }

  /** The next chunk, about `targetBytes` large, of all rows that did not go ahead. */
  snapshot(from: ScanKey | undefined, targetBytes: number): SnapshotChunk {
    return this.#stretch(['ordered'], targetBytes, (image) => {
      const { watermark, keys } = this.#log();
      const cut = this.#stretches.next(from, targetBytes);
      const { rows, to } = this.#rows.fillStretch(image, from, cut, this.planned.notAhead);
      const bytes = image.bytes();
      this.#stretches.learn(rows, bytes.length);
      return { image: bytes, rows, watermark, to, backlog: keys };
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
    return this.#stretch(['both', 'rows'], targetBytes, (tailImage, image) => {
      const tail = this.#deltaInto(tailImage, after, limits);
      if (!tail.complete) return { tail };
      const { rows, to } = this.#rows.fillStretch(image, from, this.#stretches.next(from, targetBytes));
      const bytes = image.bytes();
      this.#stretches.learn(rows, bytes.length);
      return { tail, range: { to, rows, digest: digestOfSpent(bytes) } };
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
      this.#refuseGap(since, tail.watermark);
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

  /** Fills images of a stretch, cut by the rows before it, or by its own where those turn out far larger. */
  #stretch<T>(kinds: readonly ImageKind[], targetBytes: number, read: (...images: Image[]) => T): T {
    return this.#rows.boundedImages(kinds, 4 * targetBytes, read, (...images) => {
      this.#stretches.forget();
      return read(...images);
    });
  }

  #deltaInto(image: Image, after: number, limits: DeltaLimits): DeltaChunk {
    const { watermark: now, keys: logKeys } = this.#log();
    this.#refuseGap(after, now);
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
      lastRowid: this.#sequence(),
      logKeys,
    };
  }

  /**
   * Another run on the same log may have pruned what this joiner has not had yet; and a file that was restored, or whose host lost its
   * last commits, knows nothing of changes that the joiner has.
   */
  #refuseGap(after: number, now: number): void {
    if (this.#captureId !== undefined && (after > now || after < prunedTo(this.#db, this.#shape)))
      throw logGap(this.#shape);
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
    return this.#log().watermark;
  }

  /** The Delta Log's last position, and how many keys are in it. */
  #log(): { watermark: number; keys: number } {
    if (this.#captureId === undefined) return { watermark: 0, keys: 0 };
    const state = readCapture(this.#db, this.#shape);
    if (!state || state.id !== this.#captureId) throw logBroken(this.#shape, state?.broken);
    if (readDefinition(this.#db, this.#shape.name) !== definitionOf(this.#shape))
      throw tableAltered(this.#shape);
    if (state.broken) throw logBroken(this.#shape, state.broken);
    return state;
  }
}
