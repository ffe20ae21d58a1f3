import type { BlockTarget } from '../access-log/block-target.ts';
import { blockBytes, blockCapacity } from '../access-log/block-target.ts';
import { InlineBlocks } from '../access-log/inline-blocks.ts';
import { JsonLines } from '../access-log/json-lines.ts';
import type { LogLayout } from '../access-log/layout.ts';
import { LineByLine } from '../access-log/line-by-line.ts';
import type { LineTally } from '../access-log/line-tally.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { LoggedAccess } from './came-true.ts';
import { ServedObjects } from './served-reads.ts';

type Take = (access: LoggedAccess) => void;

/** Takes the events of an access log of any format. */
export function accessBlocks(take: Take): BlockTarget {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return new InlineBlocks({
    add(bytes, start, end, timeMs, isWrite) {
      let key: string;
      try {
        key = decoder.decode(bytes.subarray(start, end));
      } catch {
        return false;
      }
      take({ timeMs, key, read: !isWrite });
      return true;
    },
  });
}

/** Takes the reads of a log that a joiner wrote while it answered them. */
export class ServedBlocks implements BlockTarget {
  readonly blockBytes = blockBytes;
  readonly #take: Take;
  readonly #clock: Clock;
  #block: Buffer | undefined;
  #lines: LineByLine | undefined;
  #tally: LineTally | undefined;

  /** The clock tells which reads lie in the future. */
  constructor(take: Take, clock = systemClock) {
    this.#take = take;
    this.#clock = clock;
  }

  begin(_layout: LogLayout, _atStart: boolean, tally: LineTally): void {
    this.#tally = tally;
    this.#lines = new LineByLine(new JsonLines(new ServedObjects(this.#take, tally), tally), tally);
  }

  async acquire(): Promise<Buffer> {
    const block = this.#block ?? Buffer.allocUnsafeSlow(blockCapacity);
    this.#block = undefined;
    return block;
  }

  take(block: Buffer, length: number, isLast: boolean): void {
    this.#tally?.times.readAt(this.#clock.nowMs());
    this.#lines?.parse(block, 0, length, isLast);
    this.#block = block;
  }

  reject(reason: string): void {
    if (!this.#tally) return;
    this.#tally.reject(reason);
    this.#tally.nextLine++;
  }

  async end(): Promise<Buffer> {
    return Buffer.alloc(0);
  }
}
