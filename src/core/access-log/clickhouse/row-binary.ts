import { ForesyncError } from '../../errors.ts';
import { serverError } from './server-errors.ts';

/** No row of counts is larger: minutes of ten years are 42 MB. */
const maxRowBytes = 256 * 1024 * 1024;

const maxErrorBytes = 10_000;

/** Stands before each row, so that the text of an error that the server met in the middle is not read as one. */
export const rowMark = 0x2a;

/** Thrown when a row goes on behind the bytes that are there. */
const cut = new RangeError('the row goes on');

/**
 * Values of ClickHouse's RowBinary format, one after the other: integers little-endian, a string or an array behind its length as a
 * varint (LEB128).
 */
export class RowCursor {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #rowAt = 0;

  /** All from the row that was begun last. */
  get left(): Buffer {
    return this.#bytes.subarray(this.#rowAt);
  }

  beginRow(): void {
    this.#rowAt = this.#at;
  }

  /** Goes back to the begin of the row, with more bytes. */
  refill(more: readonly Buffer[]): void {
    this.#bytes = Buffer.concat([this.left, ...more]);
    this.#at = 0;
    this.#rowAt = 0;
  }

  uint8(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  /** A UInt64 or Int64, exact up to 2^53. */
  int64(): number {
    const at = this.#take(8);
    return this.#bytes.readUInt32LE(at) + this.#bytes.readInt32LE(at + 4) * 2 ** 32;
  }

  /** Valid until the next refill. */
  bytes(): Buffer {
    const length = this.#varint();
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  uint32s(): Uint32Array {
    const length = this.#varint();
    const at = this.#take(length * 4);
    const values = new Uint32Array(length);
    for (let i = 0; i < length; i++) values[i] = this.#bytes.readUInt32LE(at + i * 4);
    return values;
  }

  #varint(): number {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.uint8();
      value += (byte & 127) * weight;
      if (byte < 128) return value;
    }
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw cut;
    this.#at = at + length;
    return at;
  }
}

/**
 * The rows of an answer in RowBinary whose first column is `rowMark`, in pages as they come in; `read` takes the other columns of one row.
 * Throws the server's error where that stands in place of a row, and a protocol error for an answer that ends within one.
 */
export async function* rowPages<Row>(
  answer: AsyncIterable<Buffer>,
  read: (cursor: RowCursor) => Row,
): AsyncGenerator<Row[]> {
  const cursor = new RowCursor();
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let isError = false;
  try {
    for await (const chunk of answer) {
      pending.push(chunk);
      pendingBytes += chunk.length;
      // A row that is longer than a chunk is tried again only when its bytes have doubled.
      if (isError || pendingBytes < cursor.left.length) continue;
      if (cursor.left.length + pendingBytes > maxRowBytes) throw unreadable('a row is longer than 256 MiB');
      cursor.refill(pending);
      pending = [];
      pendingBytes = 0;
      const rows: Row[] = [];
      isError = readRows(cursor, read, rows);
      if (rows.length > 0) yield rows;
    }
  } catch (error) {
    // A server may cut the connection behind the text of its error.
    if (isError) throw errorOf(cursor, pending);
    throw error;
  }
  if (isError) throw errorOf(cursor, pending);
  cursor.refill(pending);
  const rows: Row[] = [];
  isError = readRows(cursor, read, rows);
  if (rows.length > 0) yield rows;
  if (isError) throw errorOf(cursor, []);
  if (cursor.left.length > 0) throw unreadable('it ends within a row');
}

/** Reads all whole rows and leaves the rest. Returns whether something else than a row stands next. */
function readRows<Row>(cursor: RowCursor, read: (cursor: RowCursor) => Row, rows: Row[]): boolean {
  for (;;) {
    cursor.beginRow();
    if (cursor.left.length === 0) return false;
    try {
      if (cursor.uint8() !== rowMark) return true;
      rows.push(read(cursor));
    } catch (error) {
      if (error !== cut) throw error;
      return false;
    }
  }
}

function errorOf(cursor: RowCursor, more: readonly Buffer[]): ForesyncError {
  return serverError(Buffer.concat([cursor.left, ...more]).toString('utf8', 0, maxErrorBytes));
}

function unreadable(reason: string): ForesyncError {
  return new ForesyncError(
    'protocol',
    'clickhouse-answer',
    `The answer of ClickHouse cannot be read: ${reason}.`,
    {
      hint: 'Something between here and the server may have cut it; nothing was stored, and the same command starts over.',
    },
  );
}
