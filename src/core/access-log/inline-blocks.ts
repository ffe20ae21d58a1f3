import { type Clock, systemClock } from '../clock.ts';
import type { AccessSink } from './access-sink.ts';
import { BlockParser } from './block-parser.ts';
import { type BlockTarget, blockBytes, blockCapacity } from './block-target.ts';
import type { LogLayout } from './layout.ts';
import type { LineTally } from './line-tally.ts';

/** Parses blocks where they come, into the sink. */
export class InlineBlocks implements BlockTarget {
  readonly blockBytes: number;
  readonly #sink: AccessSink;
  readonly #clock: Clock;
  readonly #free: Buffer[] = [];
  #parser: BlockParser | undefined;
  #tally: LineTally | undefined;

  /** The clock tells which events lie in the future. */
  constructor(
    sink: AccessSink,
    { clock = systemClock, handedOverBytes = blockBytes }: { clock?: Clock; handedOverBytes?: number } = {},
  ) {
    this.#sink = sink;
    this.#clock = clock;
    this.blockBytes = Math.min(handedOverBytes, blockBytes);
  }

  begin(layout: LogLayout, atStart: boolean, tally: LineTally): void {
    this.#tally = tally;
    this.#parser = new BlockParser(layout, this.#sink, tally, atStart);
  }

  async acquire(): Promise<Buffer> {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(blockCapacity);
  }

  take(block: Buffer, length: number, isLast: boolean): void {
    this.#tally?.times.readAt(this.#clock.nowMs());
    this.#parser?.take(block.subarray(0, length), isLast);
    this.#free.push(block);
  }

  reject(reason: string): void {
    if (!this.#tally) return;
    this.#tally.reject(reason);
    this.#tally.nextLine++;
  }

  async end(): Promise<Buffer> {
    return this.#parser?.open ?? Buffer.alloc(0);
  }
}
