import type { AccessSink } from '../access-log/access-sink.ts';
import { grown } from './growing-arrays.ts';
import { KeyTable } from './key-table.ts';
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

/** Where a batch is full: about 250 MB. */
export interface BatchLimits {
  buckets: number;
  keys: number;
  keyBytes: number;
}

export const defaultLimits: BatchLimits = { buckets: 6_000_000, keys: 1_500_000, keyBytes: 64 * 1024 * 1024 };

/**
 * Counts one replica's events in memory, per key and bucket, until they are stored. A key's buckets are a chain of numbers in
 * flat arrays, the latest first, because most events fall into the bucket of the event before.
 */
export class AccessBatch implements AccessSink {
  readonly #bucketMs: number;
  readonly #limits: BatchLimits;
  readonly #onFull: (batch: AccessBatch) => void;
  readonly #seed: number;
  #keys: KeyTable;
  #latest = new Int32Array(2048);
  #firstMs = new Float64Array(2048);
  #lastMs = new Float64Array(2048);
  #lastReadMs = new Float64Array(2048);
  #sizeBytes = new Float64Array(2048);
  #count = 0;
  #bucket = new Int32Array(1 << 14);
  #reads = new Uint32Array(1 << 14);
  #writes = new Uint32Array(1 << 14);
  /** The key's bucket before this one, or -1. */
  #previous = new Int32Array(1 << 14);
  #chain = new Int32Array(256);
  #series = emptySeries(256);

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
    this.#keys = new KeyTable(seed);
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    isWrite: boolean,
    sizeBytes: number,
  ): boolean {
    const known = this.#keys.count;
    const key = this.#keys.intern(bytes, start, end);
    if (key < 0) return false;
    if (key === known) this.#begin(key, timeMs);
    const bucket = Math.floor(timeMs / this.#bucketMs);
    let entry = this.#latest[key] as number;
    if (entry < 0 || this.#bucket[entry] !== bucket) entry = this.#open(key, bucket, entry);
    if (isWrite) this.#writes[entry] = (this.#writes[entry] as number) + 1;
    else {
      this.#reads[entry] = (this.#reads[entry] as number) + 1;
      if (timeMs > (this.#lastReadMs[key] as number)) this.#lastReadMs[key] = timeMs;
    }
    if (sizeBytes >= 0 && (timeMs >= (this.#lastMs[key] as number) || (this.#sizeBytes[key] as number) < 0))
      this.#sizeBytes[key] = sizeBytes;
    if (timeMs > (this.#lastMs[key] as number)) this.#lastMs[key] = timeMs;
    else if (timeMs < (this.#firstMs[key] as number)) this.#firstMs[key] = timeMs;
    if (
      this.#count >= this.#limits.buckets ||
      key >= this.#limits.keys ||
      this.#keys.byteLength >= this.#limits.keyBytes
    )
      this.#onFull(this);
    return true;
  }

  /**
   * Every key once, in the order of their bytes, in which the database takes them fastest. The series is overwritten by the
   * next.
   */
  *accesses(): IterableIterator<KeyAccesses> {
    for (const key of this.#keys.sorted()) {
      const length = this.#collect(key);
      const lastReadMs = this.#lastReadMs[key] as number;
      const sizeBytes = this.#sizeBytes[key] as number;
      yield {
        key: this.#keys.text(key),
        series: this.#series,
        length,
        reads: sum(this.#series.reads, length),
        writes: sum(this.#series.writes, length),
        firstMs: this.#firstMs[key] as number,
        lastMs: this.#lastMs[key] as number,
        lastReadMs: lastReadMs < 0 ? undefined : lastReadMs,
        sizeBytes: sizeBytes < 0 ? undefined : sizeBytes,
      };
    }
  }

  clear(): void {
    this.#keys = new KeyTable(this.#seed);
    this.#count = 0;
  }

  #begin(key: number, timeMs: number): void {
    this.#latest = grown(this.#latest, key + 1);
    this.#firstMs = grown(this.#firstMs, key + 1);
    this.#lastMs = grown(this.#lastMs, key + 1);
    this.#lastReadMs = grown(this.#lastReadMs, key + 1);
    this.#sizeBytes = grown(this.#sizeBytes, key + 1);
    this.#latest[key] = -1;
    this.#firstMs[key] = timeMs;
    this.#lastMs[key] = timeMs;
    this.#lastReadMs[key] = -1;
    this.#sizeBytes[key] = -1;
  }

  #open(key: number, bucket: number, previous: number): number {
    const entry = this.#count++;
    if (entry === this.#bucket.length) {
      this.#bucket = grown(this.#bucket, entry + 1);
      this.#reads = grown(this.#reads, entry + 1);
      this.#writes = grown(this.#writes, entry + 1);
      this.#previous = grown(this.#previous, entry + 1);
    }
    this.#bucket[entry] = bucket;
    this.#reads[entry] = 0;
    this.#writes[entry] = 0;
    this.#previous[entry] = previous;
    this.#latest[key] = entry;
    return entry;
  }

  /** Brings a key's chain into the series, ascending and no bucket twice; returns how many buckets that are. */
  #collect(key: number): number {
    const count = this.#sortChain(key);
    if (this.#series.buckets.length < count) this.#series = emptySeries(count * 2);
    const { buckets, reads, writes } = this.#series;
    let last = -1;
    for (let i = count - 1; i >= 0; i--) {
      const entry = this.#chain[i] as number;
      const bucket = this.#bucket[entry] as number;
      if (last < 0 || buckets[last] !== bucket) {
        buckets[++last] = bucket;
        reads[last] = 0;
        writes[last] = 0;
      }
      reads[last] = (reads[last] as number) + (this.#reads[entry] as number);
      writes[last] = (writes[last] as number) + (this.#writes[entry] as number);
    }
    return last + 1;
  }

  /** Lays a key's chain out, latest bucket first; returns its length. */
  #sortChain(key: number): number {
    let count = 0;
    let isSorted = true;
    let before = Number.POSITIVE_INFINITY;
    for (let entry = this.#latest[key] as number; entry >= 0; entry = this.#previous[entry] as number) {
      const bucket = this.#bucket[entry] as number;
      if (bucket > before) isSorted = false;
      before = bucket;
      if (count === this.#chain.length) this.#chain = grown(this.#chain, count + 1);
      this.#chain[count++] = entry;
    }
    if (!isSorted) {
      this.#chain
        .subarray(0, count)
        .sort((a, b) => (this.#bucket[b] as number) - (this.#bucket[a] as number));
    }
    return count;
  }
}

function emptySeries(length: number): BucketSeries {
  return { buckets: new Int32Array(length), reads: new Uint32Array(length), writes: new Uint32Array(length) };
}

function sum(values: Uint32Array, length: number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += values[i] as number;
  return total;
}
