import { maxLineBytes } from './access-sink.ts';
import type { BlockTarget } from './block-target.ts';

const lineFeed = 10;

export interface FeedOptions {
  /** The stream begins on the last byte that was read before: what is left of that line is passed over. */
  isResumed: boolean;
  signal?: AbortSignal | undefined;
  /** Hears after each chunk how many bytes came. */
  onBytes?: ((count: number) => void) | undefined;
  /** Asked at the end: whether a record without its end is left unread, because its rest may be on its way. */
  leavesOpenRecord?: (() => boolean) | undefined;
}

/**
 * Cuts a stream of bytes into blocks of whole lines for the target. A line that is too long is rejected and passed over without being held. A
 * last line without a line feed is read like any other, unless `leavesOpenRecord` says otherwise. Returns what was left unread. A chunk's memory may be used again once the next is asked for.
 */
export async function feedLines(
  chunks: AsyncIterable<Buffer>,
  target: BlockTarget,
  options: FeedOptions,
): Promise<Buffer> {
  const cutter = new LineCutter(target, await target.acquire(), options.isResumed);
  for await (const chunk of chunks) {
    options.signal?.throwIfAborted();
    options.onBytes?.(chunk.length);
    await cutter.push(chunk);
  }
  options.signal?.throwIfAborted();
  return cutter.finish(options.leavesOpenRecord?.() === true);
}

class LineCutter {
  readonly #target: BlockTarget;
  #block: Buffer;
  #filled = 0;
  /** Where the last whole line in the block ends. */
  #linesEnd = 0;
  #isPassingOver: boolean;

  constructor(target: BlockTarget, block: Buffer, isPassingOver: boolean) {
    this.#target = target;
    this.#block = block;
    this.#isPassingOver = isPassingOver;
  }

  async push(chunk: Buffer): Promise<void> {
    let from = 0;
    if (this.#isPassingOver) {
      from = chunk.indexOf(lineFeed) + 1;
      if (from === 0) return;
      this.#isPassingOver = false;
    }
    while (from < chunk.length) {
      from += this.#fill(chunk.subarray(from));
      if (this.#filled < this.#target.blockBytes) continue;
      const isTooLong = this.#filled - this.#linesEnd > maxLineBytes;
      if (this.#linesEnd > 0 || isTooLong) await this.#handOver(isTooLong);
      if (!isTooLong) continue;
      this.#target.reject('the line is longer than 1 MiB');
      this.#filled = 0;
      const next = chunk.indexOf(lineFeed, from) + 1;
      this.#isPassingOver = next === 0;
      from = next === 0 ? chunk.length : next;
    }
  }

  async finish(leavesOpenRecord: boolean): Promise<Buffer> {
    const end = leavesOpenRecord ? this.#linesEnd : this.#filled;
    const rest = Buffer.from(this.#block.subarray(end, this.#filled));
    let length = end;
    if (length > 0 && this.#block[length - 1] !== lineFeed) this.#block[length++] = lineFeed;
    this.#target.take(this.#block, length, !leavesOpenRecord);
    return Buffer.concat([await this.#target.end(), rest]);
  }

  #fill(bytes: Buffer): number {
    const copied = bytes.copy(this.#block, this.#filled);
    const lastEnd = this.#block.subarray(this.#filled, this.#filled + copied).lastIndexOf(lineFeed);
    if (lastEnd >= 0) this.#linesEnd = this.#filled + lastEnd + 1;
    this.#filled += copied;
    return copied;
  }

  /** Keeps what is behind the last whole line for the next block. */
  async #handOver(isLast: boolean): Promise<void> {
    const next = await this.#target.acquire();
    const rest = this.#block.copy(next, 0, this.#linesEnd, this.#filled);
    this.#target.take(this.#block, this.#linesEnd, isLast);
    this.#block = next;
    this.#filled = rest;
    this.#linesEnd = 0;
  }
}
