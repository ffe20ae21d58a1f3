import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { ForesyncError, messageOf } from '../errors.ts';
import { release } from '../release.ts';

/**
 * Wire format: four numbers of u32 BE, then the header as JSON in UTF-8, then the payload's bytes, which may be none. The numbers are
 * the length of all that follows the first of them, the length of the header, the CRC-32 of header and payload, and the
 * CRC-32 of the three numbers before it.
 *
 * ssh lets no damaged byte through; what leads to it may (a ProxyCommand, a pipe of somebody's). A damaged length would be waited
 * for without end, and a damaged key of a change could delete a row that nobody compares again.
 */
export interface Frame {
  header: unknown;
  /** In memory of its own. */
  payload: Buffer;
}

export interface FrameLimits {
  maxHeaderBytes: number;
  /** Of header and payload together. */
  maxFrameBytes: number;
}

export const frameLimits: FrameLimits = { maxHeaderBytes: 1 << 20, maxFrameBytes: 272 << 20 };

const numberBytes = 4;
const prefixBytes = 4 * numberBytes;
/** What the first number counts beside header and payload. */
const countedPrefixBytes = prefixBytes - numberBytes;

function payloadPieces(payload: Uint8Array | readonly Uint8Array[] = []): readonly Uint8Array[] {
  return payload instanceof Uint8Array ? [payload] : payload;
}

/** Large payloads are sent in pieces of this size, so that a slow link can be told from one that does not move. */
const sliceBytes = 128 << 10;

/** A frame without a payload, as it goes over the wire. */
export function encodeFrame(header: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  return Buffer.concat([prefixOf(text, [], text.length), text]);
}

/** Writes frames to one stream. Frames of concurrent calls never mix and keep the order of the calls. */
export class FrameWriter {
  readonly #output: Writable;
  readonly #limits: FrameLimits;
  #last: Promise<unknown> = Promise.resolve();
  #slices = 0;
  #waitingBytes = 0;

  constructor(output: Writable, limits: FrameLimits = frameLimits) {
    this.#output = output;
    this.#limits = limits;
    // A peer that is gone shows as EPIPE between two writes too, when nobody waits; the next write reports it.
    output.on('error', () => undefined);
  }

  /** Grows as the stream takes what is written. */
  get progress(): number {
    return this.#slices;
  }

  /** Of frames that were given to it, what the stream has not passed on yet. */
  get unsentBytes(): number {
    return this.#waitingBytes + this.#output.writableLength;
  }

  /** Resolves when all that was given to it has left the process. */
  async drained(): Promise<void> {
    await this.#last;
    await new Promise<void>((resolve) => this.#output.write(Buffer.alloc(0), () => resolve()));
  }

  /**
   * Resolves when the stream can take more. The payload, whole or in pieces, is taken over: it is not copied, and its memory is
   * released once the stream has written it.
   * Rejects with kind `protocol`: `frame-too-large`, or `channel-closed` where the peer is gone.
   */
  async write(frame: { header: unknown; payload?: Uint8Array | readonly Uint8Array[] }): Promise<void> {
    const header = Buffer.from(JSON.stringify(frame.header));
    const pieces = payloadPieces(frame.payload);
    const bodyBytes = pieces.reduce((sum, piece) => sum + piece.length, header.length);
    if (header.length > this.#limits.maxHeaderBytes || bodyBytes > this.#limits.maxFrameBytes) {
      const sizes = `${bodyBytes} bytes, ${header.length} of them header`;
      throw new ForesyncError('protocol', 'frame-too-large', `A frame of ${sizes}, is too large to send.`);
    }
    const head = Buffer.concat([prefixOf(header, pieces, bodyBytes), header]);
    this.#waitingBytes += bodyBytes;
    const written = this.#last
      .then(() => this.#send(head, pieces))
      .finally(() => {
        this.#waitingBytes -= bodyBytes;
      });
    this.#last = written.catch(() => undefined);
    await written;
  }

  async #send(head: Buffer, pieces: readonly Uint8Array[]): Promise<void> {
    await this.#pass(head);
    for (const piece of pieces) {
      for (let start = 0; start < piece.length; start += sliceBytes) {
        const slice = piece.subarray(start, start + sliceBytes);
        const isLast = start + sliceBytes >= piece.length && piece === pieces.at(-1);
        await this.#pass(slice, isLast ? () => release(pieces) : undefined);
      }
    }
  }

  async #pass(slice: Uint8Array, onWritten?: () => void): Promise<void> {
    if (!this.#output.writable) throw channelClosed(this.#output.errored);
    if (!this.#output.write(slice, onWritten)) await this.#drain();
    this.#slices++;
  }

  async #drain(): Promise<void> {
    const waiting = new AbortController();
    const ended = once(this.#output, 'close', { signal: waiting.signal }).then(() => true);
    const drained = once(this.#output, 'drain', { signal: waiting.signal }).then(() => false);
    try {
      if (await Promise.race([drained, ended])) throw channelClosed(this.#output.errored);
    } catch (error) {
      throw error instanceof ForesyncError ? error : channelClosed(error);
    } finally {
      waiting.abort();
      await Promise.allSettled([drained, ended]);
    }
  }
}

function prefixOf(header: Buffer, pieces: readonly Uint8Array[], bodyBytes: number): Buffer {
  const prefix = Buffer.allocUnsafe(prefixBytes);
  prefix.writeUInt32BE(countedPrefixBytes + bodyBytes, 0);
  prefix.writeUInt32BE(header.length, numberBytes);
  prefix.writeUInt32BE(
    pieces.reduce((sum, piece) => crc32(piece, sum), crc32(header)),
    2 * numberBytes,
  );
  prefix.writeUInt32BE(crc32(prefix.subarray(0, countedPrefixBytes)), countedPrefixBytes);
  return prefix;
}

/**
 * Reads frames until the stream ends between two of them. Memory is allocated for bytes that have arrived, never for
 * a length that was only claimed. Leaving the loop early destroys the stream. Throws kind `protocol`: `frame-invalid`,
 * or `channel-cut` where the stream ends or fails within a frame. `onBytes` is told of every piece that arrives.
 */
export async function* readFrames(
  input: Readable,
  limits: FrameLimits = frameLimits,
  onBytes: () => void = () => undefined,
): AsyncGenerator<Frame, void, undefined> {
  const pending = new ByteQueue();
  let prefix: Prefix | undefined;
  for await (const chunk of chunksOf(input)) {
    onBytes();
    pending.push(chunk);
    for (;;) {
      prefix ??= takePrefix(pending, limits);
      if (!prefix || pending.length < prefix.headerBytes + prefix.payloadBytes) break;
      const header = pending.take(prefix.headerBytes);
      const payload = pending.take(prefix.payloadBytes);
      if (crc32(payload, crc32(header)) !== prefix.bodyCrc) throw frameInvalid('a damaged frame');
      prefix = undefined;
      yield { header: parseHeader(header), payload };
    }
  }
  if (pending.length > 0 || prefix) {
    const bytes = pending.length + (prefix ? prefixBytes : 0);
    throw new ForesyncError(
      'protocol',
      'channel-cut',
      `The stream ended within a frame, after ${bytes} bytes of it.`,
    );
  }
}

interface Prefix {
  headerBytes: number;
  payloadBytes: number;
  bodyCrc: number;
}

/** Of the next frame, or undefined where it has not all arrived. */
function takePrefix(pending: ByteQueue, limits: FrameLimits): Prefix | undefined {
  if (pending.length < prefixBytes) return undefined;
  const prefix = pending.take(prefixBytes);
  if (prefix.readUInt32BE(countedPrefixBytes) !== crc32(prefix.subarray(0, countedPrefixBytes)))
    throw frameInvalid('what is no frame, or a damaged one');
  const bodyBytes = prefix.readUInt32BE(0) - countedPrefixBytes;
  const headerBytes = prefix.readUInt32BE(numberBytes);
  if (bodyBytes < 0 || bodyBytes > limits.maxFrameBytes) throw frameInvalid(`a frame of ${bodyBytes} bytes`);
  if (headerBytes > limits.maxHeaderBytes || headerBytes > bodyBytes)
    throw frameInvalid(`a header of ${headerBytes} bytes`);
  return {
    headerBytes,
    payloadBytes: bodyBytes - headerBytes,
    bodyCrc: prefix.readUInt32BE(2 * numberBytes),
  };
}

function parseHeader(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw frameInvalid('a header that is not JSON', error);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

async function* chunksOf(input: Readable): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* input;
  } catch (error) {
    if (error instanceof ForesyncError || (error as Error)?.name === 'AbortError') throw error;
    throw new ForesyncError('protocol', 'channel-cut', `The stream broke off: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** Bytes in the chunks they came in, copied once when they are taken. */
class ByteQueue {
  readonly #chunks: Buffer[] = [];
  length = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  /** Removes the first `size` bytes, into memory of their own; that many must be there. */
  take(size: number): Buffer {
    const taken = Buffer.allocUnsafe(size);
    for (let filled = 0; filled < size; ) {
      const chunk = this.#chunks[0] ?? Buffer.alloc(0);
      const copied = chunk.copy(taken, filled, 0, size - filled);
      filled += copied;
      if (copied < chunk.length) this.#chunks[0] = chunk.subarray(copied);
      else this.#chunks.shift();
    }
    this.length -= size;
    return taken;
  }
}

function frameInvalid(what: string, cause?: unknown): ForesyncError {
  return new ForesyncError(
    'protocol',
    'frame-invalid',
    `The peer sent ${what}.`,
    cause === undefined ? {} : { cause },
  );
}

function channelClosed(cause: unknown): ForesyncError {
  return new ForesyncError('protocol', 'channel-closed', 'The peer is gone; nothing more can be sent.', {
    cause,
  });
}
