import { maxLineBytes } from './access-sink.ts';
import type { LogLayout } from './layout.ts';
import type { LineTally } from './line-tally.ts';

/** Once a block has as many bytes it is handed over, up to its last line end. */
export const blockBytes = 1024 * 1024;

/** What a block must have room for. */
export const blockCapacity = blockBytes + maxLineBytes;

/**
 * Where the lines of a log go, in blocks of whole lines. Calls come in the order of the log: `begin`, then `acquire` and `take` or `reject` in turn, and `end`.
 */
export interface BlockTarget {
  /** As `blockBytes`, or less. */
  readonly blockBytes: number;
  /** What becomes of the lines is counted in the tally, in their order, by `end` at the latest. `atStart`: the first block begins the log. */
  begin(layout: LogLayout, atStart: boolean, tally: LineTally): void;
  /** Memory to fill, of `blockCapacity` bytes, the caller's until it gives it to `take`. Rejects with what went wrong with an earlier block. */
  acquire(): Promise<Buffer>;
  /** Takes the first `length` bytes, which end with a line feed or are none, and the memory. `isLast`: what stands open there is not continued. */
  take(block: Buffer, length: number, isLast: boolean): void;
  /** Counts a line that was too long to come. */
  reject(reason: string): void;
  /** Resolves when all lines are counted, with what stands open and was not continued; rejects as `acquire` does. */
  end(): Promise<Buffer>;
}
