import type { Duplex } from 'node:stream';
import type { Connection, Submittable } from 'pg';
import { divertRows, type TakeRows } from './copy-messages.ts';

/** What a COPY has brought: messages with its rows, as the server sent them and as another one takes them. */
export interface CopiedRows {
  bytes: Buffer;
  rows: number;
}

/** More came than there is room for. */
export class TooLarge extends Error {}

/** The parts of a query that PostgreSQL's replies go to; the client calls them by these names. */
abstract class CopyQuery implements Submittable {
  readonly done: Promise<number>;
  protected readonly sql: string;
  #resolve: (rows: number) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #rows = 0;
  #error: unknown;

  constructor(sql: string) {
    this.sql = sql;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.done.catch(() => undefined);
  }

  submit(connection: Connection): void {
    connection.query(this.sql);
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#rows = Number(/ (\d+)$/.exec(text)?.[1] ?? 0);
  }

  handleReadyForQuery(): void {
    if (this.#error === undefined) this.#resolve(this.#rows);
    else this.#reject(this.#error);
  }

  handleError(error: unknown): void {
    this.#reject(this.#error ?? error);
  }

  protected fail(error: unknown): void {
    this.#error ??= error;
  }

  handleRowDescription(): void {
    this.fail(new Error('A COPY answered with rows of a query.'));
  }

  handleDataRow(): void {
    this.handleRowDescription();
  }

  handleEmptyQuery(): void {
    this.handleRowDescription();
  }

  handlePortalSuspended(): void {
    this.handleRowDescription();
  }

  handleCopyData(): void {
    this.fail(new Error('A COPY sent rows when it was not to.'));
  }

  abstract handleCopyInResponse(connection: Connection): void;
}

/** `COPY … TO STDOUT`: the server's messages are taken as they come. */
export class CopyOut extends CopyQuery {
  readonly #taking: (source: Duplex) => TakeRows;
  #giveBack: () => void = () => undefined;

  constructor(sql: string, taking: (source: Duplex) => TakeRows) {
    super(sql);
    this.#taking = taking;
  }

  override submit(connection: Connection): void {
    const { stream } = connection;
    this.#giveBack = divertRows(stream, this.#taking(stream));
    super.submit(connection);
  }

  override handleReadyForQuery(): void {
    this.#giveBack();
    super.handleReadyForQuery();
  }

  override handleError(error: unknown): void {
    this.#giveBack();
    super.handleError(error);
  }

  handleCopyInResponse(): void {
    this.fail(new Error('A COPY TO asked for rows.'));
  }
}

/** Room for what a COPY brings. What is past `maxBytes` is thrown away. */
export class RowsRoom {
  #buffer: Buffer;
  #used = 0;
  readonly #maxBytes: number;

  constructor({ expectedBytes, maxBytes }: { expectedBytes: number; maxBytes: number }) {
    this.#maxBytes = maxBytes;
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(maxBytes, Math.max(64 << 10, expectedBytes)));
  }

  /** Throws `TooLarge`. */
  get bytes(): Buffer {
    if (this.#used > this.#maxBytes) throw new TooLarge('More rows came than there is room for.');
    return this.#buffer.subarray(0, this.#used);
  }

  put(run: Buffer): void {
    const needed = this.#used + run.length;
    if (needed > this.#maxBytes) {
      this.#used = needed;
      return;
    }
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(
        Math.min(this.#maxBytes, Math.max(needed, this.#buffer.length * 2)),
      );
      this.#buffer.copy(larger, 0, 0, this.#used);
      this.#buffer = larger;
    }
    run.copy(this.#buffer, this.#used);
    this.#used = needed;
  }
}

const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);
const copyFail = Buffer.from([0x66, 0, 0, 0, 5, 0]);

/** `COPY … FROM STDIN`: `feed` writes messages with rows to the server, and nothing else. Where it rejects, so does the COPY. */
export class CopyIn extends CopyQuery {
  readonly #feed: (target: Duplex) => Promise<unknown>;
  #sent: Promise<unknown> = Promise.resolve();

  constructor(sql: string, feed: (target: Duplex) => Promise<unknown>) {
    super(sql);
    this.#feed = feed;
  }

  /** Settles when the rows are no longer needed, also after an error. Tells how many there were. */
  async rows(): Promise<number> {
    try {
      return await this.done;
    } finally {
      await this.#sent;
    }
  }

  handleCopyInResponse({ stream }: Connection): void {
    // A stream that is destroyed calls back too, with an error that the query has got already.
    const end = (message: Buffer) => new Promise<void>((resolve) => stream.write(message, () => resolve()));
    this.#sent = this.#feed(stream).then(
      () => end(copyDone),
      (error: unknown) => {
        this.fail(error);
        return end(copyFail);
      },
    );
  }
}

/**
 * Takes rows for another server, no faster than that takes them, up to `maxBytes`. A message that stays without its end would take in whatever follows: then that server's connection
 * is ended.
 */
export class PassedRows {
  readonly #target: Duplex;
  readonly #maxBytes: number;
  #isWhole = true;
  /** Of all that came. */
  bytes = 0;

  constructor(target: Duplex, maxBytes: number) {
    this.#target = target;
    this.#maxBytes = maxBytes;
  }

  take(run: Buffer, isWhole: boolean, source: Duplex): void {
    this.bytes += run.length;
    // A target that is gone takes nothing more, which its own query tells.
    if (this.bytes > this.#maxBytes || this.#target.destroyed) return;
    this.#isWhole = isWhole;
    if (this.#target.write(run)) return;
    source.pause();
    const goOn = () => {
      this.#target.off('drain', goOn).off('close', goOn);
      source.resume();
    };
    this.#target.on('drain', goOn).on('close', goOn);
  }

  /** Resolves when all has come and was taken. */
  async end(copied: Promise<unknown>): Promise<void> {
    try {
      await copied;
      if (this.bytes > this.#maxBytes) throw new TooLarge('More rows came than one chunk may have.');
    } catch (error) {
      if (!this.#isWhole) this.#target.destroy();
      throw error;
    }
  }
}
