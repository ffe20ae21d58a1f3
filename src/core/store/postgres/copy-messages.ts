import type { Duplex } from 'node:stream';

/** A message with rows of a COPY, the same from a server and to one: `d`, a length that counts itself, bytes. */
const copyData = 0x64;
const headerBytes = 5;
const lengthBytes = 4;
/** What one message of ours holds, so that the server's buffer for it stays small. */
const messageBytes = 1 << 20;

/** Tells rows of a COPY from all else in what a server sends, piece by piece, by the lengths of its messages alone. */
export class MessageWalk {
  #isRows = false;
  /** What is still to come of the message that the last piece ended in. */
  #leftBytes = 0;
  /** How much of a message's header is known, where the last piece ended in one. */
  #knownBytes = 0;
  #length = 0;

  /** The last piece ended where a message does. */
  get isBetween(): boolean {
    return this.#leftBytes === 0 && this.#knownBytes === 0;
  }

  /** `take` gets all of the piece, in runs of bytes of one kind. `isBetween` is that of the run's end. Throws where it is no message of PostgreSQL's. */
  walk(piece: Buffer, take: (run: Buffer, isRows: boolean) => void): void {
    const end = piece.length;
    let [from, at, left, isRows] = [0, 0, this.#leftBytes, this.#isRows];
    for (;;) {
      if (this.#knownBytes > 0) {
        at = this.#readHeader(piece, at);
        if (this.#knownBytes > 0) break;
        left = this.#length - lengthBytes;
      }
      at += left;
      left = Math.max(0, at - end);
      if (at >= end) break;
      const isNextRows = piece[at] === copyData;
      if (isNextRows !== isRows) {
        this.#leftBytes = 0;
        if (at > from) take(piece.subarray(from, at), isRows);
        [from, isRows] = [at, isNextRows];
      }
      if (at + headerBytes > end) {
        this.#knownBytes = 1;
        this.#length = 0;
        at += 1;
      } else left = checked(piece.readUInt32BE(at + 1)) + 1;
    }
    this.#leftBytes = left;
    this.#isRows = isRows;
    if (end > from) take(piece.subarray(from, end), isRows);
  }

  /** Of one that lies in two pieces. */
  #readHeader(piece: Buffer, from: number): number {
    let at = from;
    for (; at < piece.length && this.#knownBytes < headerBytes; at++, this.#knownBytes++)
      this.#length = this.#length * 256 + (piece[at] as number);
    if (this.#knownBytes < headerBytes) return at;
    this.#knownBytes = 0;
    checked(this.#length);
    return at;
  }
}

function checked(length: number): number {
  if (length < lengthBytes) throw new RangeError('A message has a length that none can have.');
  return length;
}

/** Whether bytes are messages with rows, and nothing else: then a server takes whatever they hold for data. */
export function areRows(bytes: Buffer): boolean {
  const walk = new MessageWalk();
  let are = true;
  try {
    walk.walk(bytes, (_, isRows) => {
      are &&= isRows;
    });
  } catch {
    return false;
  }
  return are && walk.isBetween;
}

/** Bytes as such messages, which share their memory. */
export function* rowMessages(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += messageBytes) {
    const piece = bytes.subarray(from, from + messageBytes);
    const header = Buffer.from([copyData, 0, 0, 0, 0]);
    header.writeUInt32BE(piece.length + lengthBytes, 1);
    yield header;
    yield piece;
  }
}

/** Gets messages with rows, cut anywhere; `isWhole`: the last one of the run is at its end. */
export type TakeRows = (run: Buffer, isWhole: boolean) => void;

/**
 * Has messages with rows pass by the client's parser, which makes an object of each, and gives it all others. Returns what puts the parser in its place again, which may be
 * called again.
 */
export function divertRows(stream: Duplex, take: TakeRows): () => void {
  const parsers = stream.listeners('data') as ((piece: Buffer) => void)[];
  const walk = new MessageWalk();
  let isOver = false;
  const forward = (run: Buffer, isRows: boolean) => {
    if (isRows && !isOver) take(run, walk.isBetween);
    else for (const parse of parsers) parse.call(stream, run);
  };
  const look = (piece: Buffer) => {
    try {
      walk.walk(piece, forward);
    } catch (error) {
      stream.destroy(error as Error);
    }
  };
  stream.on('data', look);
  for (const parse of parsers) stream.off('data', parse);
  return () => {
    if (isOver) return;
    isOver = true;
    for (const parse of parsers) stream.on('data', parse);
    stream.off('data', look);
  };
}
