import type { AccessSink } from '../../access-log/access-sink.ts';
import { RowAccesses } from '../segments/row-accesses.ts';
import type { SpillRow } from '../segments/spill.ts';
import { TrafficTotals } from '../segments/traffic-totals.ts';
import type { BucketSeries } from '../series-codec.ts';
import { BucketEntries } from './bucket-entries.ts';
import { Float, Int, KeyRecords, none, recordInts } from './key-records.ts';
import { PendingEvents, pendingAtMost } from './pending-events.ts';

/** What a batch holds beside its rows. */
export interface BatchTotals {
  firstMs: number;
  lastMs: number;
  reads: number;
  writes: number;
  traffic: BucketSeries;
}

/** Where a batch is full. */
export interface BatchLimits {
  /** Of all keys together. */
  buckets: number;
  keys: number;
  keyBytes: number;
}

/** About 500 MB. */
export const defaultLimits: BatchLimits = { buckets: 8_000_000, keys: 1_500_000, keyBytes: 64 * 1024 * 1024 };

/** Counts one replica's events in memory, per key and bucket, until they are stored. */
export class AccessBatch implements AccessSink {
  readonly #bucketMs: number;
  readonly #limits: BatchLimits;
  readonly #onFull: (batch: AccessBatch) => void;
  readonly #entries: BucketEntries;
  readonly #keys: KeyRecords;
  readonly #pending: PendingEvents;
  /** The keys of the pending events. */
  readonly #found = new Int32Array(pendingAtMost);

  /** `onFull` must store what the batch holds and clear it. `isLarge`: room for millions of events is taken at once, which is cheaper than to grow. */
  constructor(
    bucketMs: number,
    seed: number,
    onFull: (batch: AccessBatch) => void,
    limits: BatchLimits = defaultLimits,
    isLarge = false,
  ) {
    this.#bucketMs = bucketMs;
    this.#onFull = onFull;
    this.#limits = limits;
    this.#keys = new KeyRecords(isLarge ? 2 ** 19 : undefined);
    this.#entries = new BucketEntries(isLarge ? limits.buckets : undefined);
    this.#pending = new PendingEvents(seed, Math.min(limits.buckets, limits.keys));
  }

  get isEmpty(): boolean {
    return this.#keys.count === 0 && this.#pending.count === 0;
  }

  add(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    isWrite: boolean,
    sizeBytes: number,
  ): boolean {
    if (!this.#pending.add(bytes, start, end, timeMs, isWrite, sizeBytes)) return false;
    if (this.#pending.isFull) {
      this.#countPending();
      if (this.#isFull()) this.#onFull(this);
    }
    return true;
  }

  /** Hands over a row for every key, in the order of rows, and what they add up to. */
  rows(add: SpillRow): BatchTotals {
    this.#countPending();
    for (let key = 0; key < this.#keys.count; key++) this.#endBucket(key);
    const { keys, hashes } = this.#keys.sorted();
    this.#entries.arrange(keys);
    const { firstMs, lastMs } = this.#span();
    const traffic = new TrafficTotals(this.#bucketMs, firstMs, lastMs);
    const row = new RowAccesses();
    let reads = 0;
    let writes = 0;
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place] as number;
      this.#entries.collect(place, row);
      takeTimes(row, this.#keys.floats, (key * recordInts) / 2);
      for (let i = 0; i < row.length; i++) {
        const readCount = row.reads[i] as number;
        const writeCount = row.writes[i] as number;
        reads += readCount;
        writes += writeCount;
        traffic.add(row.buckets[i] as number, readCount, writeCount);
      }
      add(hashes[key] as number, this.#keys.bytes, this.#keys.startOf(key), this.#keys.endOf(key), row);
    }
    return { firstMs, lastMs, reads, writes, traffic: traffic.series() };
  }

  clear(): void {
    this.#keys.clear();
    this.#entries.clear();
  }

  #countPending(): void {
    const { count, timesMs, sizesBytes, isWrite } = this.#pending;
    this.#keys.find(this.#pending, this.#found);
    this.#pending.count = 0;
    for (let i = 0; i < count; i++)
      this.#count(this.#found[i] as number, timesMs[i] as number, isWrite[i] === 1, sizesBytes[i] as number);
  }

  #count(key: number, timeMs: number, isWrite: boolean, sizeBytes: number): void {
    const { ints, floats } = this.#keys;
    const int = key * recordInts;
    const float = int / 2;
    const bucket = Math.floor(timeMs / this.#bucketMs);
    if (ints[int + Int.bucket] !== bucket) {
      this.#endBucket(key);
      ints[int + Int.bucket] = bucket;
    }
    const counter = int + (isWrite ? Int.writes : Int.reads);
    ints[counter] = (ints[counter] as number) + 1;
    if (!isWrite && timeMs > (floats[float + Float.lastReadMs] as number))
      floats[float + Float.lastReadMs] = timeMs;
    const lastMs = floats[float + Float.lastMs] as number;
    if (sizeBytes >= 0 && (timeMs >= lastMs || (floats[float + Float.sizeBytes] as number) < 0))
      floats[float + Float.sizeBytes] = sizeBytes;
    if (timeMs > lastMs) floats[float + Float.lastMs] = timeMs;
    if (timeMs < (floats[float + Float.firstMs] as number)) floats[float + Float.firstMs] = timeMs;
  }

  #span(): { firstMs: number; lastMs: number } {
    const { floats } = this.#keys;
    let firstMs = Number.POSITIVE_INFINITY;
    let lastMs = 0;
    for (let key = 0; key < this.#keys.count; key++) {
      const float = (key * recordInts) / 2;
      firstMs = Math.min(firstMs, floats[float + Float.firstMs] as number);
      lastMs = Math.max(lastMs, floats[float + Float.lastMs] as number);
    }
    return { firstMs, lastMs };
  }

  #isFull(): boolean {
    const { buckets, keys, keyBytes } = this.#limits;
    return this.#entries.count >= buckets || this.#keys.count >= keys || this.#keys.byteLength >= keyBytes;
  }

  /** Moves the counts of a key's running bucket, if it has one, to the entries. */
  #endBucket(key: number): void {
    const { ints } = this.#keys;
    const int = key * recordInts;
    const bucket = ints[int + Int.bucket] as number;
    if (bucket === none) return;
    this.#entries.add(key, bucket, ints[int + Int.reads] as number, ints[int + Int.writes] as number);
    ints[int + Int.bucket] = none;
    ints[int + Int.reads] = 0;
    ints[int + Int.writes] = 0;
  }
}

function takeTimes(row: RowAccesses, floats: Float64Array, float: number): void {
  row.firstMs = floats[float + Float.firstMs] as number;
  row.lastMs = floats[float + Float.lastMs] as number;
  row.lastReadMs = floats[float + Float.lastReadMs] as number;
  row.sizeBytes = floats[float + Float.sizeBytes] as number;
}
