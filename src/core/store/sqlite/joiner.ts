import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ForesyncError } from '../../errors.ts';
import {
  type Checkpoint,
  type LogExtent,
  moveCheckpoint,
  publishedCheckpoint,
  type Stage,
  stagedCheckpoint,
} from './checkpoint.ts';
import { type Connection, storeError } from './connection.ts';
import { digestOfSpent, type Image, type ImageShape, isSameSpent } from './image.ts';
import { ImageInbox } from './image-inbox.ts';
import type { ScanKey } from './key-codec.ts';
import { openPublished } from './published.ts';
import { RowReader } from './row-reader.ts';
import { RowWriter } from './row-writer.ts';
import type { ScanRange } from './scan.ts';
import { create, discardStaging, reopen, stagingPath } from './staging.ts';
import { moveStatus, type TableStatus } from './status-table.ts';
import type { TableShape } from './table-shape.ts';

/** A delta as it arrived: the image of `DeltaChunk` and its watermark. */
export interface ReceivedDelta {
  image: Buffer;
  watermark: number;
  /** AUTOINCREMENT's counter at the donor, where it is to be the joiner's. */
  lastRowid?: string | undefined;
  /** Whether the log ended with it; undefined where that does not matter. */
  complete?: boolean | undefined;
}

/**
 * `displaced`: a row that was there gave way. `same`: the table has, to the bit, what came; absent where that was not asked
 * for.
 */
export interface Stored {
  rows: number;
  displaced: boolean;
  same?: boolean;
}

export interface Comparison {
  same: boolean;
  rows: number;
  /** Rows that were missing, surplus or different, after a repair; 0 where only the digest was odd. */
  differences: number;
}

/**
 * Builds the joiner in a staging file, or goes on with one that has appeared. Each call is one transaction that also moves the checkpoint, so that the process
 * may die at any instruction; repeating a call is harmless.
 *
 * Of a staging file the journal is a rollback journal without fsync: it makes a killed process harmless, appended pages are written once,
 * and `publish` forces the file to disk before it appears under its name. After a crash of the host the staging file is
 * started anew (see `Checkpoint.bootId`). Once the table is in its place, transactions are durable (`openPublished`).
 */
export class Joiner {
  readonly #db: Connection;
  readonly #inbox: ImageInbox;
  readonly #reader: RowReader;
  readonly #writer: RowWriter;
  readonly #table: string;
  readonly #checkpointTable: string;
  /** Whether the table is in its place, where applications may use it. */
  readonly isPublished: boolean;
  #checkpoint: Checkpoint;
  #failure: ForesyncError | undefined;

  private constructor(db: Connection, shape: TableShape, checkpoint: Checkpoint, isPublished = false) {
    this.#db = db;
    this.isPublished = isPublished;
    this.#table = shape.name;
    this.#checkpointTable = isPublished ? publishedCheckpoint(shape.name) : stagedCheckpoint;
    this.#inbox = new ImageInbox(path.dirname(db.name));
    this.#reader = new RowReader(db, shape);
    this.#writer = new RowWriter(db, shape);
    this.#checkpoint = checkpoint;
  }

  /**
   * Opens the staging file of `file`; starts it anew where it belongs to another capture, table or boot of the host, or where
   * changes that it has not were pruned from the Delta Log. `resumed` tells which.
   */
  static open(
    file: string,
    shape: TableShape,
    { log, ...identity }: { runId: string; captureId: string; bootId: string; log: LogExtent },
  ): { joiner: Joiner; resumed: boolean } {
    const staging = stagingPath(file);
    try {
      const kept = existsSync(staging) ? reopen(staging, shape, { ...identity, log }) : undefined;
      if (kept) return { joiner: new Joiner(kept.db, shape, kept.checkpoint), resumed: true };
      discardStaging(file);
      const checkpoint: Checkpoint = {
        ...identity,
        tableSql: shape.sql,
        stage: 'hot',
        // Rows are read from now on, so none shows an older state.
        watermark: log.prunedTo,
        snapshotAfter: undefined,
      };
      return { joiner: new Joiner(create(staging, shape, checkpoint), shape, checkpoint), resumed: false };
    } catch (error) {
      throw storeError(error, staging);
    }
  }

  /** Goes on with a table that is in its place; undefined where there is none to go on with. */
  static openPublished(
    file: string,
    shape: TableShape,
    identity: { runId: string; captureId: string; log: LogExtent },
  ): Joiner | undefined {
    const found = openPublished(file, shape, identity);
    return found && new Joiner(found.db, shape, found.checkpoint, true);
  }

  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /** Planned rows. With `keyImage`, whatever the joiner has under these keys is replaced. */
  hot(
    image: Buffer,
    { compare = false, keyImage }: { compare?: boolean; keyImage?: Buffer | undefined } = {},
  ): Stored {
    const keys = keyImage === undefined ? [] : [this.#keysImage(keyImage)];
    return this.#store(image, { compare, keys }, (rows, replaced) => {
      if (replaced !== undefined) this.#writer.removeKeys(replaced);
      return this.#writer.put(rows);
    });
  }

  /** The next snapshot chunk; `to` is where it ends, undefined at the end of the table. */
  snapshot(image: Buffer, to: ScanKey | undefined, { compare = false } = {}): Stored {
    return this.#store(image, { compare, keys: [] }, (rows) => {
      const written = this.#writer.put(rows);
      this.#move(to === undefined ? { stage: 'delta' } : { stage: 'snapshot', snapshotAfter: to });
      return written;
    });
  }

  delta(delta: ReceivedDelta): { rows: number } {
    return this.#write([this.#bothImage(delta.image)], (tail) => {
      const rows = this.#applyDelta(tail, delta.watermark);
      this.#writer.setSequence(delta.lastRowid);
      if (this.#checkpoint.stage === 'synced' && delta.complete !== undefined)
        this.#tell(delta.complete ? 'synced' : 'behind');
      return { rows };
    });
  }

  /** Makes the indexes that were left out while rows came in bulk. */
  finishIndexes(): void {
    this.#guard(() => this.#db.transaction(() => this.#writer.createLateIndexes())());
  }

  /** Applies the tail, and in the same transaction compares a range with the donor's digest of that moment. */
  verify(tail: ReceivedDelta, range: ScanRange, digest: string): Comparison {
    return this.#compare([this.#bothImage(tail.image)], (own, tailName) => {
      this.#applyDelta(tailName, tail.watermark);
      this.#move({ stage: 'verify' });
      const rows = this.#reader.fillRange(own, range);
      return { same: digestOfSpent(own.bytes()) === digest, rows, differences: 0 };
    });
  }

  /** Applies the tail, puts a range's rows in place of what is there, and checks that the digest now agrees. */
  repair(tail: ReceivedDelta, range: ScanRange, image: Buffer, digest: string): Comparison {
    return this.#compare([this.#bothImage(tail.image), this.#rowsImage(image)], (own, tailName, rowsName) => {
      this.#applyDelta(tailName, tail.watermark);
      const differences = this.#writer.replaceRange(range, rowsName);
      const rows = this.#reader.fillRange(own, range);
      return { same: digestOfSpent(own.bytes()) === digest, rows, differences };
    });
  }

  /**
   * Applies the tail and compares the rows of keys that changed since ranges were compared; rows that differ are
   * replaced. Where `complete`, the joiner is in sync from this transaction on.
   */
  recheck(
    tail: ReceivedDelta,
    recheck: {
      keyImage: Buffer;
      image: Buffer;
      digest: string;
      complete: boolean;
      lastRowid: string | undefined;
    },
  ): Comparison {
    const images = [
      this.#bothImage(tail.image),
      this.#keysImage(recheck.keyImage),
      this.#rowsImage(recheck.image),
    ];
    return this.#compare(images, (own, tailName, keysName, rowsName) => {
      this.#applyDelta(tailName, tail.watermark);
      const rows = this.#reader.fillRowsOfKeys(own, { name: keysName });
      const same = digestOfSpent(own.bytes()) === recheck.digest;
      const differences = same ? 0 : this.#writer.replaceKeys(keysName, rowsName);
      if (recheck.complete) {
        this.#writer.setSequence(recheck.lastRowid);
        this.#move({ stage: 'synced' });
        this.#tell('synced');
      }
      return { same: true, rows, differences };
    });
  }

  rowCount(): number {
    return this.#writer.count();
  }

  /** Closes the file; `publish` may follow. */
  close(): void {
    this.#inbox.close();
    this.#db.close();
  }

  #applyDelta(image: string, watermark: number): number {
    this.#writer.removeKeys(image);
    const { rows } = this.#writer.put(image);
    this.#move({ watermark });
    return rows;
  }

  /** Tells applications, where the table is in its place. */
  #tell(status: TableStatus): void {
    if (this.isPublished) moveStatus(this.#db, this.#table, status);
  }

  #move(change: { stage?: Stage; watermark?: number; snapshotAfter?: ScanKey }): void {
    const moved = { ...this.#checkpoint, ...change };
    moveCheckpoint(this.#db, this.#checkpoint, moved, this.#checkpointTable);
    this.#checkpoint = moved;
  }

  /** With `compare`, reads back in the same transaction what the table has in the places of the rows that came. */
  #store(
    image: Buffer,
    { compare, keys }: { compare: boolean; keys: { bytes: Buffer; shape: ImageShape }[] },
    put: (rows: string, keys: string | undefined) => Stored,
  ): Stored {
    const images = [this.#rowsImage(image), ...keys];
    if (!compare) return this.#write(images, (rows = '', replaced) => put(rows, replaced));
    return this.#compare(images, (own, rows = '', replaced) => {
      const written = put(rows, replaced);
      this.#reader.fillPlacesOf(own, rows);
      return { ...written, same: isSameSpent(own.bytes(), image) };
    });
  }

  #write<T>(images: { bytes: Buffer; shape: ImageShape }[], work: (...names: string[]) => T): T {
    return this.#guard(() =>
      this.#inbox.with(this.#db, images, (...names) =>
        this.#db.transaction(() => work(...names)).immediate(),
      ),
    );
  }

  #compare<T>(
    images: { bytes: Buffer; shape: ImageShape }[],
    work: (own: Image, ...names: string[]) => T,
  ): T {
    return this.#guard(() =>
      this.#inbox.with(this.#db, images, (...names) =>
        this.#reader.images(['rows'], (own) => work(own, ...names)),
      ),
    );
  }

  /**
   * A failed transaction takes its checkpoint back with it, and nothing is applied after it: what was sent ahead would
   * move the checkpoint past rows that are missing.
   */
  #guard<T>(work: () => T): T {
    if (this.#failure) throw this.#failure;
    const before = this.#checkpoint;
    try {
      return work();
    } catch (error) {
      this.#checkpoint = before;
      this.#failure = storeError(error, this.#db.name);
      throw this.#failure;
    }
  }

  #rowsImage(bytes: Buffer) {
    return { bytes, shape: { rowColumns: this.#reader.rowColumns, keyColumns: 0 } };
  }

  #keysImage(bytes: Buffer) {
    return { bytes, shape: { rowColumns: 0, keyColumns: this.#reader.keyColumns } };
  }

  #bothImage(bytes: Buffer) {
    return { bytes, shape: { rowColumns: this.#reader.rowColumns, keyColumns: this.#reader.keyColumns } };
  }
}
