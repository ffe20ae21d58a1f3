import type { AccessSink, LineParser } from './access-sink.ts';
import type { LogLayout } from './layout.ts';
import { parserFor } from './line-parsers.ts';
import type { LineTally } from './line-tally.ts';

const doubleQuote = 34;

/** Parses the blocks of a log one after the other. What a record lacks that is not whole at a block's end comes with the next block. */
export class BlockParser {
  readonly #parser: LineParser;
  #open: Buffer = Buffer.alloc(0);

  constructor(layout: LogLayout, sink: AccessSink, tally: LineTally, atStart: boolean) {
    this.#parser = parserFor(layout, sink, tally, atStart);
  }

  /** What of the last block's end was not read, because it may be continued. */
  get open(): Buffer {
    return this.#open;
  }

  /** `block` ends with a line feed, or is empty. */
  take(block: Buffer, isLast: boolean): void {
    const bytes = this.#open.length > 0 ? Buffer.concat([this.#open, block]) : block;
    if (bytes.length === 0) return;
    const stopped = this.#parser.parse(bytes, 0, bytes.length, isLast);
    this.#open = stopped < bytes.length ? Buffer.from(bytes.subarray(stopped)) : Buffer.alloc(0);
  }
}

/** Whether a block can only be read after the one before it, by the same parser. Where it is so once it stays so to the log's end. */
export function needsOrder({ format }: LogLayout, block: Buffer): boolean {
  if (format === 'mysql-general' || format === 'postgres-csvlog') return true;
  return format === 'csv' && block.includes(doubleQuote);
}
