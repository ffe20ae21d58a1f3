import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { ForesyncError, messageOf } from '../errors.ts';
import { release } from '../release.ts';

/**
 * Wire format: u32 BE length of all that follows in the frame, u32 BE length of the header, the header as JSON in
 * UTF-8, then the payload's bytes, which may be none.
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

const lengthBytes = 4;

function payloadPieces(payload: Uint8Array | readonly Uint8Array[] = []): readonly Uint8Array[] {
  return payload instanceof Uint8Array ? [payload] : payload;
}

/** Large payloads are sent in pieces of this size, so that a slow link can be told from one that does not move. */
const sliceBytes = 128 << 10;

/** Writes frames to one stream. Frames of concurrent calls never mix and keep the order of the calls. */
export class FrameWriter {
  readonly #output: Writable;
  readonly #limits: FrameLimits;
  #last: Promise<unknown> = Promise.resolve();
  #slices = 0;

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
    const lengths = Buffer.allocUnsafe(2 * lengthBytes);
    lengths.writeUInt32BE(lengthBytes + bodyBytes, 0);
    lengths.writeUInt32BE(header.length, lengthBytes);
    const written = this.#last.then(() => this.#send(Buffer.concat([lengths, header]), pieces));
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
  for await (const chunk of chunksOf(input)) {
    onBytes();
    pending.push(chunk);
    for (let sizes = sizesOfFirst(pending, limits); sizes; sizes = sizesOfFirst(pending, limits)) {
      if (pending.length < 2 * lengthBytes + sizes.headerBytes + sizes.payloadBytes) break;
      pending.take(2 * lengthBytes);
      const header = parseHeader(pending.take(sizes.headerBytes));
      yield { header, payload: pending.take(sizes.payloadBytes) };
    }
  }
  if (pending.length > 0) {
    throw new ForesyncError(
      'protocol',
      'channel-cut',
      `The stream ended within a frame, after ${pending.length} bytes of it.`,
    );
  }
}

/** Of the first frame, or undefined where its lengths have not all arrived. */
function sizesOfFirst(
  pending: ByteQueue,
  limits: FrameLimits,
): { headerBytes: number; payloadBytes: number } | undefined {
  const size = pending.uint32BE(0);
  if (size === undefined) return undefined;
  if (size < lengthBytes || size - lengthBytes > limits.maxFrameBytes)
    throw frameInvalid(`a frame of ${size} bytes`);
  const headerBytes = pending.uint32BE(lengthBytes);
  if (headerBytes === undefined) return undefined;
  const payloadBytes = size - lengthBytes - headerBytes;
  if (headerBytes > limits.maxHeaderBytes || payloadBytes < 0)
    throw frameInvalid(`a header of ${headerBytes} bytes`);
  return { headerBytes, payloadBytes };
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

  /** The number that begins so many bytes from here; undefined where it has not all arrived. */
  uint32BE(offset: number): number | undefined {
    if (this.length < offset + lengthBytes) return undefined;
    let value = 0;
    let skip = offset;
    let left = lengthBytes;
    for (const chunk of this.#chunks) {
      for (; skip < chunk.length && left > 0; skip++, left--) value = value * 256 + (chunk[skip] ?? 0);
      if (left === 0) break;
      skip -= chunk.length;
    }
    return value;
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
