import type { AccessSink } from '../access-log/access-sink.ts';
import { BucketEntries } from './bucket-entries.ts';
import { Float, Int, KeyRecords, recordInts } from './key-records.ts';
import type { BucketSeries } from './series-codec.ts';

/** What a batch holds of one key. */
export interface KeyAccesses {
  key: string;
  /** The first `length` places are the key's. */
  series: BucketSeries;
  length: number;
  reads: number;
  writes: number;
  firstMs: number;
  lastMs: number;
  lastReadMs: number | undefined;
  sizeBytes: number | undefined;
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

/** For what there is none of. */
const none = -1;

/** Counts one replica's events in memory, per key and bucket, until they are stored. */
export class AccessBatch implements AccessSink {
  readonly #bucketMs: number;
  readonly #limits: BatchLimits;
  readonly #onFull: (batch: AccessBatch) => void;
  readonly #seed: number;
  readonly #entries = new BucketEntries();
  #keys: KeyRecords;

  /** `onFull` must store what the batch holds and clear it. */
  constructor(
    bucketMs: number,
    seed: number,
    onFull: (batch: AccessBatch) => void,
    limits: BatchLimits = defaultLimits,
  ) {
    this.#bucketMs = bucketMs;
    this.#seed = seed;
    this.#onFull = onFull;
    this.#limits = limits;
    this.#keys = new KeyRecords(seed);
  }

  get isEmpty(): boolean {
    return this.#keys.count === 0;
  }

  add(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    isWrite: boolean,
    sizeBytes: number,
  ): boolean {
    const keys = this.#keys;
    const known = keys.count;
    const key = keys.intern(bytes, start, end);
    if (key < 0) return false;
    const { ints, floats } = keys;
    const int = key * recordInts;
    const float = int / 2;
    if (key === known) begin(keys, key, timeMs);
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
    if (sizeBytes >= 0 && (timeMs >= lastMs || (floats[float + Float.sizeBytes] as number) < 0)) {
      floats[float + Float.sizeBytes] = sizeBytes;
    }
    if (timeMs > lastMs) floats[float + Float.lastMs] = timeMs;
    else if (timeMs < (floats[float + Float.firstMs] as number)) floats[float + Float.firstMs] = timeMs;
    if (this.#isFull()) this.#onFull(this);
    return true;
  }

  /**
   * Every key once, in the order of their bytes, in which the database takes them fastest. The series is overwritten by
   * the next.
   */
  *accesses(): IterableIterator<KeyAccesses> {
    for (let key = 0; key < this.#keys.count; key++) this.#endBucket(key);
    const keys = this.#keys.sorted();
    this.#entries.arrange(keys);
    const { floats } = this.#keys;
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place] as number;
      const float = (key * recordInts) / 2;
      const length = this.#entries.collect(place);
      const { series } = this.#entries;
      const lastReadMs = floats[float + Float.lastReadMs] as number;
      const sizeBytes = floats[float + Float.sizeBytes] as number;
      yield {
        key: this.#keys.text(key),
        series,
        length,
        reads: sum(series.reads, length),
        writes: sum(series.writes, length),
        firstMs: floats[float + Float.firstMs] as number,
        lastMs: floats[float + Float.lastMs] as number,
        lastReadMs: lastReadMs < 0 ? undefined : lastReadMs,
        sizeBytes: sizeBytes < 0 ? undefined : sizeBytes,
      };
    }
  }

  clear(): void {
    this.#keys = new KeyRecords(this.#seed);
    this.#entries.clear();
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

function begin({ ints, floats }: KeyRecords, key: number, timeMs: number): void {
  const int = key * recordInts;
  const float = int / 2;
  ints[int + Int.bucket] = none;
  floats[float + Float.firstMs] = timeMs;
  floats[float + Float.lastMs] = timeMs;
  floats[float + Float.lastReadMs] = none;
  floats[float + Float.sizeBytes] = none;
}

function sum(values: Uint32Array, length: number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += values[i] as number;
  return total;
}
