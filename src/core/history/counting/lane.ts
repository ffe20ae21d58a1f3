import type { LogLayout } from '../../access-log/layout.ts';
import type { TallyPart } from '../../access-log/line-tally.ts';
import type { StateDatabase } from '../../state/open.ts';
import { type MergedRange, type MergeOutput, type MergeTask, mergeRange } from '../segments/range-merge.ts';
import { type CounterSettings, EventCounter, type SpilledBatch } from './event-counter.ts';

/** Where blocks are counted and ranges merged: this thread or another. Calls are worked off in their order. */
export interface Lane {
  /** Blocks whose parts are not there yet. */
  readonly waiting: number;
  begin(replica: string, layout: LogLayout, atStart: boolean): void;
  /** Counts the first `length` bytes of a block, read at `nowMs`, whose memory is free again when the part is there. */
  take(block: Buffer, length: number, isLast: boolean, nowMs: number): Promise<TallyPart>;
  /** What of the last block's end was not read, because it may be continued. */
  open(): Promise<Buffer>;
  finish(): Promise<SpilledBatch[]>;
  /** `db` is asked in this thread only; another opens the same file, and sees what is committed. */
  merge(task: MergeTask, range: number, db: StateDatabase, output: MergeOutput): Promise<MergedRange>;
  close(): Promise<void>;
}

/** Counts where it is called. */
export class InlineLane implements Lane {
  readonly waiting = 0;
  readonly #counter: EventCounter;
  #isClosed = false;

  constructor(settings: CounterSettings) {
    this.#counter = new EventCounter(settings);
  }

  begin(replica: string, layout: LogLayout, atStart: boolean): void {
    this.#counter.begin(replica, layout, atStart);
  }

  async take(block: Buffer, length: number, isLast: boolean, nowMs: number): Promise<TallyPart> {
    return this.#counter.take(block.subarray(0, length), isLast, nowMs);
  }

  async open(): Promise<Buffer> {
    return this.#counter.open;
  }

  async finish(): Promise<SpilledBatch[]> {
    return this.#counter.finish();
  }

  async merge(task: MergeTask, range: number, db: StateDatabase, output: MergeOutput): Promise<MergedRange> {
    const merge = mergeRange(task, range, db, output);
    for (;;) {
      const step = merge.next();
      if (step.done) return step.value;
      await new Promise(setImmediate);
      // Nothing may be written once the transaction is over.
      if (this.#isClosed) throw new Error('the merge was ended');
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#counter.close();
  }
}
