import { BlockParser } from '../../access-log/block-parser.ts';
import type { LogLayout } from '../../access-log/layout.ts';
import { LineTally, type TallyPart } from '../../access-log/line-tally.ts';
import { type SpilledRows, SpillFile } from '../segments/spill.ts';
import { AccessBatch, type BatchLimits, type BatchTotals } from './access-batch.ts';

/** What events are counted with, as plain data for any thread. */
export interface CounterSettings {
  bucketMs: number;
  /** A secret of this run. */
  seed: number;
  /** Of each counter. */
  limits: BatchLimits;
  /** A path beside which no file is, for this counter's spill file. */
  spillPath: string;
  /** Into how many ranges of hashes the rows are cut. */
  ranges: number;
  /** Room for millions of events is taken at once. */
  isLarge: boolean;
}

/** A batch that was spilled. */
export interface SpilledBatch extends BatchTotals {
  rows: SpilledRows;
}

/** Counts the events of logs, block by block, and spills what it counted where memory is full or another replica's logs begin. */
export class EventCounter {
  readonly #settings: CounterSettings;
  readonly #batch: AccessBatch;
  readonly #tally = new LineTally();
  readonly #spilled: SpilledBatch[] = [];
  #file: SpillFile | undefined;
  #replica = '';
  #parser: BlockParser | undefined;

  constructor(settings: CounterSettings) {
    this.#settings = settings;
    const { bucketMs, seed, limits, isLarge } = settings;
    this.#batch = new AccessBatch(bucketMs, seed, () => this.#spill(), limits, isLarge);
  }

  /** `atStart`: the next block begins the log. */
  begin(replica: string, layout: LogLayout, atStart: boolean): void {
    if (replica !== this.#replica) this.#spill();
    this.#replica = replica;
    this.#parser = new BlockParser(layout, this.#batch, this.#tally, atStart);
  }

  /** Counts a block, which ends with a line feed and is read at `nowMs`. `isLast`: what stands open at its end is not continued. */
  take(block: Buffer, isLast: boolean, nowMs: number): TallyPart {
    this.#tally.times.readAt(nowMs);
    this.#parser?.take(block, isLast);
    return this.#tally.drain();
  }

  /** What of the last block's end was not read, because it may be continued. */
  get open(): Buffer {
    return this.#parser?.open ?? Buffer.alloc(0);
  }

  /** All that was counted. The spilled rows can be read until `close`. */
  finish(): SpilledBatch[] {
    this.#spill();
    return this.#spilled;
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #spill(): void {
    if (this.#batch.isEmpty) return;
    const { bucketMs, spillPath, ranges } = this.#settings;
    this.#file ??= new SpillFile(spillPath, ranges);
    let totals: BatchTotals | undefined;
    const rows = this.#file.spill(this.#replica, bucketMs, (add) => {
      totals = this.#batch.rows(add);
    });
    if (totals) this.#spilled.push({ ...totals, rows });
    this.#batch.clear();
  }
}
