import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ForesyncError, systemCodeOf } from '../../errors.ts';
import { printable } from '../../text.ts';
import {
  type Checkpoint,
  createCheckpoint,
  readCheckpoint,
  type Stage,
  writeCheckpoint,
} from './checkpoint.ts';
import { type Connection, connect, storeError } from './connection.ts';
import { digestOfSpent, type Image, type ImageShape } from './image.ts';
import { ImageInbox } from './image-inbox.ts';
import type { ScanKey } from './key-codec.ts';
import { notRecreatable } from './refusals.ts';
import { RowReader } from './row-reader.ts';
import { RowWriter } from './row-writer.ts';
import type { ScanRange } from './scan.ts';
import type { TableShape } from './table-shape.ts';

/** Pages that the joiner keeps in memory while it loads: enough for the inner pages of the indexes of a large table. */
const cacheKiB = 64 * 1024;

/** A delta as it arrived: the image of `DeltaChunk` and its watermark. */
export interface ReceivedDelta {
  image: Buffer;
  watermark: number;
}

export interface Comparison {
  same: boolean;
  rows: number;
  /** Rows that were missing, surplus or different, after a repair; 0 where only the digest was odd. */
  differences: number;
}

/** The file that a joiner is built in, beside the one that it becomes. */
export function stagingPath(file: string): string {
  return `${file}.foresync-joining`;
}

/**
 * Builds the joiner in a staging file. Each call is one transaction that also moves the checkpoint, so that the process
 * may die at any instruction; repeating a call is harmless.
 *
 * The journal is a rollback journal without fsync: it makes a killed process harmless, appended pages are written once,
 * and `publish` forces the file to disk before it appears under its name. After a crash of the host the staging file is
 * started anew (see `Checkpoint.bootId`).
 */
export class Joiner {
  readonly #db: Connection;
  readonly #inbox: ImageInbox;
  readonly #reader: RowReader;
  readonly #writer: RowWriter;
  #checkpoint: Checkpoint;
  #failure: ForesyncError | undefined;

  private constructor(db: Connection, shape: TableShape, checkpoint: Checkpoint) {
    this.#db = db;
    this.#inbox = new ImageInbox(path.dirname(db.name));
    this.#reader = new RowReader(db, shape);
    this.#writer = new RowWriter(db, shape);
    this.#checkpoint = checkpoint;
  }

  /**
   * Opens the staging file of `file`; starts it anew where it belongs to another capture, table or boot of the host.
   * `resumed` tells which.
   */
  static open(
    file: string,
    shape: TableShape,
    identity: { runId: string; captureId: string; bootId: string },
  ): { joiner: Joiner; resumed: boolean } {
    const staging = stagingPath(file);
    try {
      const kept = existsSync(staging) ? reopen(staging, shape, identity) : undefined;
      if (kept) return { joiner: new Joiner(kept.db, shape, kept.checkpoint), resumed: true };
      discardStaging(file);
      const checkpoint: Checkpoint = {
        ...identity,
        tableSql: shape.sql,
        stage: 'hot',
        watermark: 0,
        snapshotAfter: undefined,
      };
      return { joiner: new Joiner(create(staging, shape, checkpoint), shape, checkpoint), resumed: false };
    } catch (error) {
      throw storeError(error, staging);
    }
  }

  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /** Planned rows. With `keys`, whatever the joiner has under these keys is replaced. */
  hot(image: Buffer, replaced?: { keyImage: Buffer }): { rows: number } {
    const images = [this.#rowsImage(image), ...(replaced ? [this.#keysImage(replaced.keyImage)] : [])];
    return this.#write(images, (rows, keys) => {
      if (keys !== undefined) this.#writer.removeKeys(keys);
      return { rows: this.#writer.put(rows) };
    });
  }

  /** The next snapshot chunk; `to` is where it ends, undefined at the end of the table. */
  snapshot(image: Buffer, to: ScanKey | undefined): { rows: number } {
    return this.#write([this.#rowsImage(image)], (rows) => {
      const count = this.#writer.put(rows);
      this.#move(to === undefined ? { stage: 'delta' } : { stage: 'snapshot', snapshotAfter: to });
      return { rows: count };
    });
  }

  delta(delta: ReceivedDelta): { rows: number } {
    return this.#write([this.#bothImage(delta.image)], (tail) => ({
      rows: this.#applyDelta(tail, delta.watermark),
    }));
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
      }
      return { same: true, rows, differences };
    });
  }

  rowCount(): number {
    return this.#writer.count();
  }

  /** Closes the staging file; `publish` may follow. */
  close(): void {
    this.#inbox.close();
    this.#db.close();
  }

  #applyDelta(image: string, watermark: number): number {
    this.#writer.removeKeys(image);
    const rows = this.#writer.put(image);
    this.#move({ watermark });
    return rows;
  }

  #move(change: { stage?: Stage; watermark?: number; snapshotAfter?: ScanKey }): void {
    this.#checkpoint = { ...this.#checkpoint, ...change };
    writeCheckpoint(this.#db, this.#checkpoint);
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

/** Removes a staging file that was left; refuses one that another run is building. May be repeated. */
export function discardLeftStaging(file: string): void {
  refuseBusy(stagingPath(file));
  discardStaging(file);
}

/** Removes a staging file and what belongs to it. May be repeated. */
export function discardStaging(file: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm'])
    rmSync(`${stagingPath(file)}${suffix}`, { force: true });
}

function reopen(
  staging: string,
  shape: TableShape,
  identity: { captureId: string; bootId: string },
): { db: Connection; checkpoint: Checkpoint } | undefined {
  const db = connectUnlessBusy(staging);
  try {
    takeFile(db, staging);
    const checkpoint = readCheckpoint(db);
    if (
      checkpoint &&
      checkpoint.captureId === identity.captureId &&
      checkpoint.bootId === identity.bootId &&
      checkpoint.tableSql === shape.sql
    ) {
      return { db, checkpoint };
    }
  } catch (error) {
    db.close();
    throw error;
  }
  db.close();
  return undefined;
}

function create(staging: string, shape: TableShape, checkpoint: Checkpoint): Connection {
  const db = connect(staging, { existing: false });
  db.pragma(`page_size = ${shape.pageSizeBytes}`);
  db.pragma(`encoding = '${shape.encoding}'`);
  takeFile(db, staging);
  db.transaction(() => {
    try {
      new RowWriter(db, shape).createTable();
    } catch (error) {
      throw notRecreatable(shape, error);
    }
    createCheckpoint(db, checkpoint);
  })();
  return db;
}

function connectUnlessBusy(staging: string): Connection {
  try {
    return connect(staging, { existing: true });
  } catch (error) {
    throw error instanceof ForesyncError && error.code === 'store-busy' ? joinerBusy(staging, error) : error;
  }
}

function refuseBusy(staging: string): void {
  if (!existsSync(staging)) return;
  let db: Connection | undefined;
  try {
    db = connectUnlessBusy(staging);
    takeFile(db, staging);
  } catch (error) {
    // A damaged file is what is to be thrown away.
    if (error instanceof ForesyncError && error.code === 'joiner-busy') throw error;
  } finally {
    db?.close();
  }
}

/** One run builds a joiner at a time: the lock is kept until the connection closes. */
function takeFile(db: Connection, staging: string): void {
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = TRUNCATE');
    db.pragma('synchronous = OFF');
    db.pragma(`cache_size = -${cacheKiB}`);
    db.pragma('ignore_check_constraints = ON');
    db.exec('BEGIN EXCLUSIVE; COMMIT');
  } catch (error) {
    throw /^SQLITE_(BUSY|LOCKED)/.test(systemCodeOf(error) ?? '') ? joinerBusy(staging, error) : error;
  }
}

function joinerBusy(staging: string, cause: unknown): ForesyncError {
  return new ForesyncError('exists', 'joiner-busy', `Another run is building ${printable(staging)}.`, {
    hint: 'Wait for it, or stop it.',
    cause,
  });
}
