import type { AccessSink } from '../access-log/access-sink.ts';
import { BucketEntries } from './bucket-entries.ts';
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

/** Where a batch is full. */
export interface BatchLimits {
  /** Of all keys together. */
  buckets: number;
  keys: number;
  keyBytes: number;
}

/** About 300 MB. */
export const defaultLimits: BatchLimits = { buckets: 6_000_000, keys: 1_500_000, keyBytes: 64 * 1024 * 1024 };

/** What is kept of each key; -1 for what there is none of. */
const Field = { latest: 0, firstMs: 1, lastMs: 2, lastReadMs: 3, sizeBytes: 4, count: 5 } as const;

/** Counts one replica's events in memory, per key and bucket, until they are stored. */
export class AccessBatch implements AccessSink {
  readonly #bucketMs: number;
  readonly #limits: BatchLimits;
  readonly #onFull: (batch: AccessBatch) => void;
  readonly #seed: number;
  readonly #entries = new BucketEntries();
  #keys: KeyTable;
  #ofKey = new Float64Array(Field.count * 2048);

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
    const known = this.#keys.count;
    const key = this.#keys.intern(bytes, start, end);
    if (key < 0) return false;
    const at = key * Field.count;
    if (key === known) this.#begin(at, timeMs);
    const ofKey = this.#ofKey;
    ofKey[at] = this.#entries.add(key, ofKey[at] as number, Math.floor(timeMs / this.#bucketMs), isWrite);
    if (!isWrite && timeMs > (ofKey[at + Field.lastReadMs] as number)) ofKey[at + Field.lastReadMs] = timeMs;
    const lastMs = ofKey[at + Field.lastMs] as number;
    if (sizeBytes >= 0 && (timeMs >= lastMs || (ofKey[at + Field.sizeBytes] as number) < 0)) {
      ofKey[at + Field.sizeBytes] = sizeBytes;
    }
    if (timeMs > lastMs) ofKey[at + Field.lastMs] = timeMs;
    else if (timeMs < (ofKey[at + Field.firstMs] as number)) ofKey[at + Field.firstMs] = timeMs;
    if (this.#isFull()) this.#onFull(this);
    return true;
  }

  /**
   * Every key once, in the order of their bytes, in which the database takes them fastest. The series is overwritten by
   * the next.
   */
  *accesses(): IterableIterator<KeyAccesses> {
    const keys = this.#keys.sorted();
    this.#entries.arrange(keys);
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place] as number;
      const at = key * Field.count;
      const length = this.#entries.collect(place);
      const { series } = this.#entries;
      const lastReadMs = this.#ofKey[at + Field.lastReadMs] as number;
      const sizeBytes = this.#ofKey[at + Field.sizeBytes] as number;
      yield {
        key: this.#keys.text(key),
        series,
        length,
        reads: sum(series.reads, length),
        writes: sum(series.writes, length),
        firstMs: this.#ofKey[at + Field.firstMs] as number,
        lastMs: this.#ofKey[at + Field.lastMs] as number,
        lastReadMs: lastReadMs < 0 ? undefined : lastReadMs,
        sizeBytes: sizeBytes < 0 ? undefined : sizeBytes,
      };
    }
  }

  clear(): void {
    this.#keys = new KeyTable(this.#seed);
    this.#entries.clear();
  }

  #isFull(): boolean {
    const { buckets, keys, keyBytes } = this.#limits;
    return this.#entries.count >= buckets || this.#keys.count >= keys || this.#keys.byteLength >= keyBytes;
  }

  #begin(at: number, timeMs: number): void {
    this.#ofKey = grown(this.#ofKey, at + Field.count);
    this.#ofKey.fill(-1, at, at + Field.count);
    this.#ofKey[at + Field.firstMs] = timeMs;
    this.#ofKey[at + Field.lastMs] = timeMs;
  }
}

function sum(values: Uint32Array, length: number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += values[i] as number;
  return total;
}
