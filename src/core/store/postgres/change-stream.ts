import type { Connection, Submittable } from 'pg';
import { ForesyncError, messageOf } from '../../errors.ts';
import { printable } from '../../text.ts';
import { captureName } from './capture.ts';
import { lsnText, readLsn, writeLsn } from './lsn.ts';
import { Session } from './session.ts';
import { quoteName, quoteText } from './sql.ts';

/** Past it the server is let wait. */
const maxWaitingBytes = 16 << 20;
/** Well within the usual wal_sender_timeout of a minute. */
const feedbackEveryMs = 5_000;
const endWithinMs = 2_000;
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);
/** Microseconds from 1970 to 2000, where PostgreSQL's clock begins. */
const postgresEpochMs = 946_684_800_000;

/**
 * Changes of a slot as they travel: of each message four bytes of length, then what pgoutput says. A message `k` and a position is put
 * between: all that was committed before it has come.
 */
export class ChangeStream {
  readonly #session: Session;
  readonly #query: StreamQuery;
  readonly #timer: NodeJS.Timeout;
  #flushedTo: number;

  private constructor(session: Session, query: StreamQuery, flushedTo: number) {
    this.#session = session;
    this.#query = query;
    this.#flushedTo = flushedTo;
    query.onAsked = () => this.#tell();
    this.#timer = setInterval(() => this.#tell(), feedbackEveryMs);
    this.#timer.unref();
  }

  /** Reads on from what was confirmed. Throws `slot-active` where another walsender reads the slot. */
  static async open(url: string, id: string, flushedTo: number): Promise<ChangeStream> {
    const session = await Session.open(url, { replication: true });
    const name = captureName(id);
    const options = `proto_version '1', publication_names ${quoteText(quoteName(name))}`;
    const query = new StreamQuery(
      `START_REPLICATION SLOT ${quoteName(name)} LOGICAL ${lsnText(flushedTo)} (${options})`,
    );
    session.client.query(query);
    await Promise.race([query.started(session.client), query.ended]).catch(() => undefined);
    if (query.error !== undefined) {
      await session.end();
      throw streamError(query.error);
    }
    return new ChangeStream(session, query, flushedTo);
  }

  /** What has come, at most about so many bytes, and waits up to `waitMs` for something. What was written is confirmed to the server first. */
  async take(flushedTo: number, { maxBytes, waitMs }: { maxBytes: number; waitMs: number }): Promise<Buffer> {
    if (flushedTo > this.#flushedTo) {
      this.#flushedTo = flushedTo;
      this.#tell();
    }
    await this.#query.arrived(waitMs);
    const taken = this.#query.take(maxBytes);
    if (taken.length === 0 && this.#query.error !== undefined) throw streamError(this.#query.error);
    return taken;
  }

  /** From now on nobody waits for what may come. */
  hurry(): void {
    this.#query.hurry();
  }

  /** What was written last is confirmed, and the slot is free, once this resolves; of a server that does not say so in time it is not known. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#query.error === undefined) {
      await this.#tell();
      await this.#query.finish();
    }
    this.#session.cut();
  }

  /** Standby status update. */
  #tell(): Promise<void> {
    const message = Buffer.alloc(34);
    message[0] = 0x72;
    for (const at of [1, 9, 17]) writeLsn(message, this.#flushedTo, at);
    message.writeBigInt64BE(BigInt(Date.now() - postgresEpochMs) * 1000n, 25);
    return this.#query.send(message);
  }
}

/** The query whose answer has no end. */
class StreamQuery implements Submittable {
  readonly ended: Promise<void>;
  error: unknown;
  onAsked: () => void = () => undefined;
  readonly #sql: string;
  #connection: Connection | undefined;
  #end: () => void = () => undefined;
  #wake: () => void = () => undefined;
  #isHurried = false;
  #isLeaving = false;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(sql: string) {
    this.#sql = sql;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    connection.query(this.#sql);
  }

  started(client: unknown): Promise<void> {
    const { connection } = client as { connection: Connection };
    return new Promise((resolve) => connection.once('replicationStart', () => resolve()));
  }

  send(message: Buffer): Promise<void> {
    const header = Buffer.from([0x64, 0, 0, 0, 0]);
    header.writeUInt32BE(message.length + 4, 1);
    const stream = this.#connection?.stream;
    return new Promise((resolve) => {
      if (!stream?.writable) return resolve();
      stream.write(Buffer.concat([header, message]), () => resolve());
    });
  }

  /** Asks the server to end it; what still comes is thrown away. */
  async finish(): Promise<void> {
    const { stream } = this.#connection ?? {};
    if (!stream?.writable) return;
    this.#isLeaving = true;
    stream.resume();
    stream.write(copyDone);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, endWithinMs);
    });
    await Promise.race([this.ended, late]);
    clearTimeout(timer);
  }

  hurry(): void {
    this.#isHurried = true;
    this.#wake();
  }

  arrived(waitMs: number): Promise<void> {
    if (this.#isHurried || this.#bytes > 0 || this.error !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  take(maxBytes: number): Buffer {
    let bytes = 0;
    let count = 0;
    while (count < this.#pieces.length && bytes < maxBytes) bytes += this.#pieces[count++]?.length ?? 0;
    const taken = Buffer.concat(this.#pieces.splice(0, count));
    this.#bytes -= taken.length;
    if (this.#bytes < maxWaitingBytes) this.#connection?.stream.resume();
    return taken;
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    if (this.#isLeaving) return;
    if (chunk[0] === 0x77 && chunk.length > 25) this.#keep(chunk.subarray(25));
    else if (chunk[0] === 0x6b && chunk.length === 18) {
      const mark = Buffer.alloc(9);
      mark[0] = 0x6b;
      writeLsn(mark, readLsn(chunk, 1), 1);
      this.#keep(mark);
      if (chunk[17] === 1) this.onAsked();
    }
  }

  #keep(message: Buffer): void {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(message.length);
    this.#pieces.push(length, Buffer.from(message));
    this.#bytes += message.length + 4;
    if (this.#bytes > maxWaitingBytes) this.#connection?.stream.pause();
    this.#wake();
  }

  #over(error: unknown): void {
    this.error ??= error;
    this.#end();
    this.#wake();
  }

  handleError(error: unknown): void {
    this.#over(error);
  }

  handleReadyForQuery(): void {
    this.#over(new Error('The walsender ended the stream.'));
  }

  handleCommandComplete(): void {
    this.#over(new Error('The walsender ended the stream.'));
  }

  handleRowDescription(): void {
    this.#over(new Error('A walsender answered with rows.'));
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
}

function streamError(error: unknown): ForesyncError {
  const state = (error as { code?: string }).code;
  const said = printable(messageOf(error), 500);
  if (state === '55006')
    return new ForesyncError('unreachable', 'slot-active', `The slot is read by another process: ${said}.`, {
      cause: error,
    });
  if (state === '55000' || state === '58P01' || state === '42704')
    return new ForesyncError('io', 'capture-broken', `The changes are no longer to be had: ${said}.`, {
      hint: '--restart begins anew; a larger max_slot_wal_keep_size at the donor keeps them longer.',
      cause: error,
    });
  return new ForesyncError('unreachable', 'stream-lost', `The stream of changes is lost: ${said}.`, {
    cause: error,
  });
}
