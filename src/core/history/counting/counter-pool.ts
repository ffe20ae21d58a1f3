import { availableParallelism } from 'node:os';
import { needsOrder } from '../../access-log/block-parser.ts';
import { type BlockTarget, blockBytes, blockCapacity } from '../../access-log/block-target.ts';
import type { LogLayout } from '../../access-log/layout.ts';
import { LineTally, type TallyPart } from '../../access-log/line-tally.ts';
import type { Clock } from '../../clock.ts';
import type { StateDatabase } from '../../state/open.ts';
import type { MergedRange, MergeOutput, MergeTask } from '../segments/range-merge.ts';
import type { BatchLimits } from './access-batch.ts';
import type { CounterSettings, SpilledBatch } from './event-counter.ts';
import { InlineLane, type Lane } from './lane.ts';
import { ThreadLane } from './thread-lane.ts';

/** More would share the memory that is there for counting into pieces too small. */
const mostThreads = 4;
/** What is read before threads are worth their start. */
const defaultInlineBytes = 2 * blockBytes;
/** A thread parses one while the next is filled. */
const blocksOfThread = 2;

export interface PoolSettings extends Pick<CounterSettings, 'bucketMs' | 'seed' | 'spillPath'> {
  /** Tells which events lie in the future. */
  clock: Clock;
  /** Of all threads together. */
  limits: BatchLimits;
  /** 0 counts all in the calling thread. */
  threads?: number | undefined;
  handedOverBytes?: number | undefined;
  /** How much is counted in the calling thread before others are started. */
  inlineBytes?: number | undefined;
}

/**
 * Counts logs by blocks in several threads, little in the calling one. A block can be counted by any thread, as long as its lines stand for
 * themselves; the lines are tallied in their order all the same.
 */
export class CounterPool implements BlockTarget {
  readonly blockBytes: number;
  readonly ranges: number;
  readonly #settings: PoolSettings;
  readonly #threads: number;
  readonly #lanes: Lane[];
  readonly #free: Buffer[] = [];
  #made = 0;
  #inlineBytes = 0;
  /** Parts in the order of their blocks; those that are not there yet are undefined. */
  #parts: { part: TallyPart | undefined }[] = [];
  #tally = new LineTally();
  #log: { replica: string; layout: LogLayout; atStart: boolean; orderedLane: Lane | undefined } | undefined;
  #replica = '';
  #failure: unknown;
  #wake: (() => void) | undefined;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.blockBytes = Math.min(settings.handedOverBytes ?? blockBytes, blockBytes);
    this.#threads = settings.threads ?? Math.min(mostThreads, availableParallelism());
    this.ranges = Math.max(1, this.#threads);
    this.#lanes = [new InlineLane(this.#counterSettings(0))];
  }

  /** Whose logs come next. */
  set replica(replica: string) {
    this.#replica = replica;
  }

  begin(layout: LogLayout, atStart: boolean, tally: LineTally): void {
    this.#tally = tally;
    this.#log = { replica: this.#replica, layout, atStart, orderedLane: undefined };
    for (const lane of this.#lanes) lane.begin(this.#replica, layout, false);
  }

  async acquire(): Promise<Buffer> {
    for (;;) {
      if (this.#failure) throw this.#failure;
      const block = this.#free.pop();
      if (block) return block;
      if (this.#made < 2 + blocksOfThread * this.#lanes.length) {
        this.#made++;
        return Buffer.from(new SharedArrayBuffer(blockCapacity));
      }
      await this.#change();
    }
  }

  take(block: Buffer, length: number, isLast: boolean): void {
    const log = this.#log;
    if (!log) throw new Error('no log was begun');
    if (this.#inlineBytes >= (this.#settings.inlineBytes ?? defaultInlineBytes)) this.#startThreads();
    const isOrdered = log.orderedLane !== undefined || needsOrder(log.layout, block.subarray(0, length));
    const lane = log.orderedLane ?? this.#idlest();
    if (isOrdered) log.orderedLane = lane;
    if (lane === this.#lanes[0]) this.#inlineBytes += length;
    if (log.atStart) lane.begin(log.replica, log.layout, true);
    log.atStart = false;
    const entry: { part: TallyPart | undefined } = { part: undefined };
    this.#parts.push(entry);
    lane.take(block, length, isLast || !isOrdered, this.#settings.clock.nowMs()).then(
      (part) => {
        entry.part = part;
        this.#release(block);
        this.#tallyParts();
      },
      (error) => this.#fail(error),
    );
  }

  reject(reason: string): void {
    const tally = new LineTally();
    tally.reject(reason);
    tally.nextLine++;
    this.#parts.push({ part: tally.drain() });
    this.#tallyParts();
  }

  #release(block: Buffer): void {
    this.#free.push(block);
    this.#wake?.();
  }

  async end(): Promise<Buffer> {
    while (!this.#failure && this.#parts.length > 0) await this.#change();
    if (this.#failure) throw this.#failure;
    return this.#log?.orderedLane?.open() ?? Buffer.alloc(0);
  }

  /** All that was counted; its rows can be read until `close`. */
  async finish(): Promise<SpilledBatch[]> {
    return (await Promise.all(this.#lanes.map((lane) => lane.finish()))).flat();
  }

  /** Merges all ranges, side by side where there are threads. `outputs` has one for each range. */
  async merge(task: MergeTask, db: StateDatabase, outputs: MergeOutput[]): Promise<MergedRange[]> {
    const [inline, ...threads] = this.#lanes as [Lane, ...Lane[]];
    // Keys are given up in runs that are just written, which no other connection sees yet.
    const laneOf = (range: number) => (task.cold ? inline : (threads[range] ?? inline));
    const merging = outputs.map((output, range) => laneOf(range).merge(task, range, db, output));
    return Promise.all(merging);
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  #counterSettings(lane: number): CounterSettings {
    const { bucketMs, seed, limits, spillPath } = this.#settings;
    const share = (limit: number) => Math.max(1, Math.floor(limit / this.ranges));
    return {
      bucketMs,
      seed,
      limits: { buckets: share(limits.buckets), keys: share(limits.keys), keyBytes: share(limits.keyBytes) },
      spillPath: `${spillPath}-${lane}`,
      ranges: this.ranges,
      isLarge: lane > 0,
    };
  }

  #startThreads(): void {
    for (let lane = this.#lanes.length; lane <= this.#threads; lane++) {
      const thread = new ThreadLane(this.#counterSettings(lane));
      this.#lanes.push(thread);
      if (this.#log) thread.begin(this.#log.replica, this.#log.layout, false);
    }
  }

  /** The thread that has least to do; this one where there are none. */
  #idlest(): Lane {
    const [inline, ...threads] = this.#lanes as [Lane, ...Lane[]];
    let idlest = threads[0] ?? inline;
    for (const lane of threads) if (lane.waiting < idlest.waiting) idlest = lane;
    return idlest;
  }

  #tallyParts(): void {
    try {
      while (this.#parts[0]?.part) this.#tally.append(this.#parts.shift()?.part as TallyPart);
    } catch (error) {
      this.#fail(error);
    }
    this.#wake?.();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
