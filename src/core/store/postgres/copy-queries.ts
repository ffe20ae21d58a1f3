import type { Connection, Submittable } from 'pg';

/** What a COPY of a chunk has brought. */
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

  abstract handleCopyData(message: { chunk: Buffer }): void;
  abstract handleCopyInResponse(connection: Connection): void;
}

/** `COPY … TO STDOUT`: rows as the server sends them, without the messages around them. What is past `maxBytes` is thrown away. */
export class CopyOut extends CopyQuery {
  #buffer: Buffer;
  #used = 0;
  readonly #maxBytes: number;

  constructor(sql: string, { expectedBytes, maxBytes }: { expectedBytes: number; maxBytes: number }) {
    super(sql);
    this.#maxBytes = maxBytes;
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(maxBytes, Math.max(64 << 10, expectedBytes)));
  }

  async rows(): Promise<CopiedRows> {
    const rows = await this.done;
    return { bytes: this.#buffer.subarray(0, this.#used), rows };
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    const needed = this.#used + chunk.length;
    if (needed > this.#maxBytes) return this.fail(new TooLarge('More rows came than there is room for.'));
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(
        Math.min(this.#maxBytes, Math.max(needed, this.#buffer.length * 2)),
      );
      this.#buffer.copy(larger, 0, 0, this.#used);
      this.#buffer = larger;
    }
    chunk.copy(this.#buffer, this.#used);
    this.#used = needed;
  }

  handleCopyInResponse(): void {
    this.fail(new Error('A COPY TO asked for rows.'));
  }
}

/** What one message of a COPY holds, so that the server's buffer for it stays small. */
const messageBytes = 1 << 20;
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);

/** `COPY … FROM STDIN` of rows that are there: whatever they are, they are data to the server, and never a message of their own. */
export class CopyIn extends CopyQuery {
  readonly #bytes: Buffer;
  #sent: Promise<unknown> = Promise.resolve();

  constructor(sql: string, bytes: Buffer) {
    super(sql);
    this.#bytes = bytes;
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
    for (let from = 0; from < this.#bytes.length; from += messageBytes) {
      const piece = this.#bytes.subarray(from, from + messageBytes);
      const header = Buffer.from([0x64, 0, 0, 0, 0]);
      header.writeUInt32BE(piece.length + 4, 1);
      stream.write(header);
      stream.write(piece);
    }
    // A stream that is destroyed calls back too, with an error that the query has got already.
    this.#sent = new Promise<void>((resolve) => stream.write(copyDone, () => resolve()));
  }

  handleCopyData(): void {
    this.fail(new Error('A COPY FROM sent rows.'));
  }
}
