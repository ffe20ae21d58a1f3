import { type LineParser, maxLineBytes } from './access-sink.ts';
import type { LineTally } from './line-tally.ts';

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
 * Hands a stream of bytes to the parser in blocks of whole lines. Holds no more than a chunk and one line; a longer line is
 * rejected and passed over. A last line without a line feed is read like any other, unless `leavesOpenRecord` says otherwise. Returns
 * what was left unread.
 */
export async function feedLines(
  chunks: AsyncIterable<Buffer>,
  parser: LineParser,
  tally: LineTally,
  options: FeedOptions,
): Promise<Buffer> {
  let carry: Buffer = Buffer.alloc(0);
  let isPassingOver = options.isResumed;
  for await (const chunk of chunks) {
    options.signal?.throwIfAborted();
    options.onBytes?.(chunk.length);
    let block = carry.length > 0 ? Buffer.concat([carry, chunk]) : chunk;
    carry = Buffer.alloc(0);
    if (isPassingOver) {
      const end = block.indexOf(lineFeed);
      if (end === -1) continue;
      isPassingOver = false;
      block = block.subarray(end + 1);
    }
    const linesEnd = block.lastIndexOf(lineFeed) + 1;
    const isTooLong = block.length - linesEnd > maxLineBytes;
    const stopped = linesEnd > 0 ? parser.parse(block, 0, linesEnd, isTooLong) : 0;
    if (isTooLong) {
      tally.reject('the line is longer than 1 MiB');
      tally.nextLine++;
      isPassingOver = true;
    } else carry = block.subarray(stopped);
  }
  if (carry.length === 0 || options.leavesOpenRecord?.()) return carry;
  const last = carry[carry.length - 1] === lineFeed ? carry : Buffer.concat([carry, Buffer.of(lineFeed)]);
  parser.parse(last, 0, last.length, true);
  return Buffer.alloc(0);
}
