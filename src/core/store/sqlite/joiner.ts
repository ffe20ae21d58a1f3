import path from 'node:path';
import type { RowKey } from '../../row-key.ts';
import { BulkLoad } from './bulk-load.ts';
import type { Checkpoint, LogExtent } from './checkpoint.ts';
import { type Connection, storeError } from './connection.ts';
import { digestOfSpent, type Image, type ImageShape, isSameSpent } from './image.ts';
import { ImageInbox } from './image-inbox.ts';
import { JoinerProgress } from './joiner-progress.ts';
import type { ScanKey } from './key-codec.ts';
import { openPublished } from './published.ts';
import type { Comparison, ReceivedDelta, Stored } from './received.ts';
import { type OriginsFile, RowOrigins } from './row-origins.ts';
import { type ImageKind, RowReader } from './row-reader.ts';
import { RowWriter } from './row-writer.ts';
import { refuseForeignPlaces, type ScanRange } from './scan.ts';
import { ServedRows } from './served-rows.ts';
import { openStaging } from './staging.ts';
import type { TableShape } from './table-shape.ts';
import { type StagingIdentity, takeStaging } from './take-staging.ts';

/** Counted in a few milliseconds. */
const partRows = 50_000;

/**
 * Builds the joiner in a staging file, or goes on with one that has appeared. Each call is one transaction that also moves the checkpoint, so that the process
 * may die at any instruction; repeating a call is harmless.
 *
 * Of a staging file the journal is a rollback journal without fsync: it makes a killed process harmless, appended pages are written once,
 * and `publish` forces the file to disk before it appears under its name. After a crash of the host the staging file is
 * started anew (see `Checkpoint.bootId`). Once the table is in its place, transactions are durable (`openPublished`).
 */
export class Joiner {
  readonly #shape: TableShape;
  readonly #inbox: ImageInbox;
  #db: Connection;
  #reader: RowReader;
  #writer: RowWriter;
  #bulk: BulkLoad | undefined;
  readonly #progress: JoinerProgress;
  /** Where applications read its rows while they come. */
  #served: ServedRows | undefined;

  private constructor(db: Connection, shape: TableShape, checkpoint: Checkpoint, isPublished = false) {
    this.#db = db;
    this.#shape = shape;
    this.#progress = new JoinerProgress(checkpoint, { table: shape.name, isPublished });
    this.#inbox = new ImageInbox(path.dirname(db.name));
    this.#reader = new RowReader(db, shape);
    this.#writer = new RowWriter(db, shape);
    if (checkpoint.bulk) this.#bulk = BulkLoad.resume(db, shape, checkpoint.bulk.pages);
  }

  /** Goes on with the staging file of `file`, or starts one anew; `resumed` tells which. See `takeStaging`. */
  static open(
    file: string,
    shape: TableShape,
    identity: StagingIdentity,
  ): { joiner: Joiner; resumed: boolean } {
    const { db, checkpoint, resumed } = takeStaging(file, shape, identity);
    try {
      return { joiner: new Joiner(db, shape, checkpoint), resumed };
    } catch (error) {
      db.close();
      throw storeError(error, db.name);
    }
  }

  /** Goes on with a table that is in its place; undefined where there is none to go on with. */
  static openPublished(
    file: string,
    shape: TableShape,
    identity: { runId: string; captureId: string; holder?: unknown; log: LogExtent },
  ): Joiner | undefined {
    const found = openPublished(file, shape, identity);
    return found && new Joiner(found.db, shape, found.checkpoint, true);
  }

  /**
   * From now on `served` reads its rows. They are as the lead was at `asOfMs`, or later. What is put together past SQLite could not be read before it is whole, so
   * the snapshot is not. In `file` it is kept by what rows have come, from here on.
   */
  serve(asOfMs: number, file?: OriginsFile): void {
    this.#guard(() => this.#seal());
    const { fetched } = this.#writer;
    if (file) this.#writer.origins ??= new RowOrigins(this.#db, this.#shape, file);
    const { origins } = this.#writer;
    // Later, with all rows, readers would wait for as long as an index takes.
    if (this.checkpoint.stage === 'hot') this.finishIndexes();
    this.#served = new ServedRows(
      this.#db,
      this.#shape,
      { fetched, origins, progress: this.#progress },
      asOfMs,
    );
  }

  /** Undefined where nobody reads here. */
  get served(): ServedRows | undefined {
    return this.#served;
  }

  /**
   * Rows of keys that were read at the lead out of turn, at `watermark`; keys without a row have none there. False, with nothing done, where rounds have
   * gone past that already, or all rows are here.
   */
  fetched(image: Buffer, keys: readonly RowKey[], at: { watermark: number; asOfMs: number }): boolean {
    if (!this.#served || this.#served.isWhole || at.watermark < this.checkpoint.watermark) return false;
    this.#write([this.#image('rows', image)], (rows) => {
      this.#writer.takeFetched(rows ?? '', keys, at);
    });
    return true;
  }

  get checkpoint(): Checkpoint {
    return this.#progress.checkpoint;
  }

  /** Whether the table is in its place, where applications may use it. */
  get isPublished(): boolean {
    return this.#progress.isPublished;
  }

  /** Planned rows. With `keyImage`, whatever the joiner has under these keys is replaced. */
  hot(
    image: Buffer,
    { compare = false, keyImage }: { compare?: boolean; keyImage?: Buffer | undefined } = {},
  ): Stored {
    const keys = keyImage === undefined ? [] : [this.#image('keys', keyImage)];
    return this.#store(image, { kind: 'rows', compare, keys }, (rows, replaced) => {
      if (replaced !== undefined) this.#writer.removeKeys(replaced);
      return this.#writer.putPlanned(rows);
    });
  }

  /** The next snapshot chunk; `to` is where it ends, undefined at the end of the table. */
  snapshot(image: Buffer, to: ScanKey | undefined, { compare = false } = {}): Stored {
    this.#guard(() => refuseForeignPlaces(this.#shape, [to]));
    const past =
      to === undefined ? { stage: 'delta' as const } : { stage: 'snapshot' as const, snapshotAfter: to };
    if (this.#bulk || this.#mayLoad(to)) return this.#load(image, past, compare);
    return this.#store(image, { kind: 'ordered', compare, keys: [] }, (rows) => {
      const written = this.#writer.put(rows);
      this.#move(past);
      return written;
    });
  }

  delta(delta: ReceivedDelta): { rows: number } {
    return this.#write([this.#image('both', delta.image)], (tail) => {
      const rows = this.#applyDelta(tail, delta.watermark);
      this.#writer.setSequence(delta.lastRowid);
      if (this.checkpoint.stage === 'synced' && delta.complete !== undefined)
        this.#progress.tell(this.#db, delta.complete ? 'synced' : 'behind');
      return { rows };
    });
  }

  /** Makes the indexes that were left out while rows came in bulk. */
  finishIndexes(): void {
    this.#inTable(() => this.#db.transaction(() => this.#writer.createLateIndexes())());
  }

  /** Applies the tail, and in the same transaction compares a range with the donor's digest of that moment. */
  verify(tail: ReceivedDelta, range: ScanRange, digest: string): Comparison {
    this.#guard(() => refuseForeignPlaces(this.#shape, [range.from, range.to]));
    return this.#compare('rows', [this.#image('both', tail.image)], (own, tailName) => {
      this.#applyDelta(tailName, tail.watermark);
      this.#move({ stage: 'verify' });
      const rows = this.#reader.fillRange(own, range);
      return { same: digestOfSpent(own.bytes()) === digest, rows, differences: 0 };
    });
  }

  /** Applies the tail, puts a range's rows in place of what is there, and checks that the digest now agrees. */
  repair(tail: ReceivedDelta, range: ScanRange, image: Buffer, digest: string): Comparison {
    this.#guard(() => refuseForeignPlaces(this.#shape, [range.from, range.to]));
    return this.#compare(
      'rows',
      [this.#image('both', tail.image), this.#image('rows', image)],
      (own, tailName, rowsName) => {
        this.#applyDelta(tailName, tail.watermark);
        const differences = this.#writer.replaceRange(range, rowsName);
        const rows = this.#reader.fillRange(own, range);
        return { same: digestOfSpent(own.bytes()) === digest, rows, differences };
      },
    );
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
      this.#image('both', tail.image),
      this.#image('keys', recheck.keyImage),
      this.#image('rows', recheck.image),
    ];
    return this.#compare('rows', images, (own, tailName, keysName, rowsName) => {
      this.#applyDelta(tailName, tail.watermark);
      const rows = this.#reader.fillRowsOfKeys(own, { name: keysName });
      const same = digestOfSpent(own.bytes()) === recheck.digest;
      const differences = same ? 0 : this.#writer.replaceKeys(keysName, rowsName);
      if (recheck.complete) {
        this.#writer.setSequence(recheck.lastRowid);
        this.#move({ stage: 'synced' });
        this.#progress.tell(this.#db, 'synced');
      }
      return { same: true, rows, differences };
    });
  }

  rowCount(): number {
    return this.#bulkCount() ?? this.#reading(() => this.#writer.count());
  }

  /** The same, in parts of a few milliseconds; between two of them `served` may be read, and nothing may be written. */
  *countInParts(): Generator<undefined, number> {
    const inBulk = this.#bulkCount();
    if (inBulk !== undefined) return inBulk;
    const parts = this.#writer.countInParts(partRows);
    for (;;) {
      const { done, value } = this.#reading(() => parts.next());
      if (done) return value;
      yield undefined;
    }
  }

  /** Closes the file; `publish` may follow. */
  close(): void {
    this.#inbox.close();
    this.#bulk?.close();
    this.#db.close();
  }

  /** Where all of the table comes in one chunk, there is nothing to gain. */
  #mayLoad(to: ScanKey | undefined): boolean {
    const isFirst = this.checkpoint.stage === 'hot' && to !== undefined;
    return isFirst && !this.isPublished && !this.#served && BulkLoad.fits(this.#db, this.#shape);
  }

  #load(
    image: Buffer,
    past: Pick<Checkpoint, 'stage'> & { snapshotAfter?: ScanKey },
    compare: boolean,
  ): Stored {
    return this.#guard(() => {
      this.#bulk ??= BulkLoad.begin(this.#db, this.#shape, this.checkpoint);
      const bulk = this.#bulk;
      const range = { from: this.checkpoint.snapshotAfter, to: past.snapshotAfter };
      const packed = bulk.append(image, range, { compare });
      this.#db.transaction(() => {
        bulk.keep(packed.leaves);
        const rows = (this.checkpoint.bulk?.rows ?? 0) + packed.allRows;
        this.#move({ ...past, bulk: { pages: bulk.pages, rows } });
      })();
      if (past.stage === 'delta') this.#seal();
      const { rows, displaced, same } = packed;
      return { rows, displaced: displaced > 0, ...(same === undefined ? {} : { same }) };
    });
  }

  /** From here on the table is one like any other. */
  #seal(): void {
    if (!this.#bulk) return;
    const { bulk: _, ...checkpoint } = this.checkpoint;
    this.#bulk.seal(checkpoint);
    this.#bulk = undefined;
    this.#progress.takeUp(checkpoint);
    this.#db = openStaging(this.#db.name);
    this.#reader = new RowReader(this.#db, this.#shape);
    this.#writer = new RowWriter(this.#db, this.#shape);
  }

  #applyDelta(image: string, watermark: number): number {
    const { rows } = this.#writer.change(image, watermark);
    this.#move({ watermark });
    // Hot rows of other donors may be older than any round.
    if (this.checkpoint.stage !== 'hot') this.#writer.fetched.forget(watermark);
    return rows;
  }

  #move(change: Partial<Checkpoint>): void {
    this.#progress.move(this.#db, change);
  }

  /** With `compare`, reads back in the same transaction what the table has in the places of the rows that came. */
  #store(
    image: Buffer,
    { kind, compare, keys }: { kind: ImageKind; compare: boolean; keys: ReceivedImage[] },
    put: (rows: string, keys: string | undefined) => Stored,
  ): Stored {
    const images = [this.#image(kind, image), ...keys];
    if (!compare) return this.#write(images, (rows = '', replaced) => put(rows, replaced));
    return this.#compare(kind, images, (own, rows = '', replaced) => {
      const written = put(rows, replaced);
      this.#reader.fillPlacesOf(own, rows);
      return { ...written, same: isSameSpent(own.bytes(), image) };
    });
  }

  #write<T>(images: ReceivedImage[], work: (...names: string[]) => T): T {
    return this.#inTable(() =>
      this.#inbox.with(this.#db, images, (...names) =>
        this.#db.transaction(() => work(...names)).immediate(),
      ),
    );
  }

  #compare<T>(kind: ImageKind, images: ReceivedImage[], work: (own: Image, ...names: string[]) => T): T {
    return this.#inTable(() =>
      this.#inbox.with(this.#db, images, (...names) =>
        this.#reader.images([kind], (own) => work(own, ...names)),
      ),
    );
  }

  #inTable<T>(work: () => T): T {
    return this.#guard(() => {
      this.#seal();
      return work();
    });
  }

  #guard<T>(work: () => T): T {
    return this.#progress.guard(() => this.#db, work);
  }

  #reading<T>(work: () => T): T {
    return this.#progress.reading(() => this.#db, work);
  }

  #bulkCount(): number | undefined {
    const { bulk, stage, snapshotAfter } = this.checkpoint;
    if (!bulk || !this.#bulk) return undefined;
    return bulk.rows + (stage === 'snapshot' ? this.#bulk.aheadAfter(snapshotAfter) : 0);
  }

  #image(kind: ImageKind, bytes: Buffer): ReceivedImage {
    return { bytes, shape: this.#reader.imageShape(kind) };
  }
}

interface ReceivedImage {
  bytes: Buffer;
  shape: ImageShape;
}
