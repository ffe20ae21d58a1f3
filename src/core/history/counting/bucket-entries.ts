import type { RowAccesses } from '../segments/row-accesses.ts';
import { grown } from './growing-arrays.ts';

const Field = { bucket: 0, reads: 1, writes: 2, key: 3, count: 4 } as const;

/** Entries that were arranged by key have no key of their own. */
const arrangedFields = 3;

/**
 * Counts per key and bucket, one entry after the other as buckets end, 16 bytes side by side: they are written and walked
 * in their order and never followed from one to another. Where time goes back, a key can have a bucket twice until
 * `collect` adds them up.
 */
export class BucketEntries {
  #entries: Int32Array;
  #count = 0;
  #arranged = new Int32Array(0);
  /** Where the entries of the place-th key end in `#arranged`; they begin where those of the one before end. */
  #ends = new Int32Array(0);

  /** `firstEntries` is how many there is room for at first. */
  constructor(firstEntries = 16_384) {
    this.#entries = new Int32Array(Field.count * firstEntries);
  }

  get count(): number {
    return this.#count;
  }

  /** Forgets all entries, and keeps the memory for others. */
  clear(): void {
    this.#count = 0;
  }

  /** Adds what a key had in a bucket. */
  add(key: number, bucket: number, reads: number, writes: number): void {
    const entry = this.#count++ * Field.count;
    this.#entries = grown(this.#entries, entry + Field.count);
    this.#entries[entry] = bucket;
    this.#entries[entry + Field.reads] = reads;
    this.#entries[entry + Field.writes] = writes;
    this.#entries[entry + Field.key] = key;
  }

  /** Brings the entries into the order of `keys`, which holds every key once. */
  arrange(keys: Uint32Array): void {
    const entries = this.#entries;
    const end = this.#count * Field.count;
    const next = new Int32Array(keys.length);
    for (let at = Field.key; at < end; at += Field.count) {
      const key = entries[at] as number;
      next[key] = (next[key] as number) + arrangedFields;
    }
    this.#ends = new Int32Array(keys.length);
    let begin = 0;
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place] as number;
      const length = next[key] as number;
      next[key] = begin;
      begin += length;
      this.#ends[place] = begin;
    }
    if (this.#arranged.length < begin) this.#arranged = new Int32Array(begin);
    const arranged = this.#arranged;
    for (let at = 0; at < end; at += Field.count) {
      const key = entries[at + Field.key] as number;
      const to = next[key] as number;
      arranged[to] = entries[at] as number;
      arranged[to + Field.reads] = entries[at + Field.reads] as number;
      arranged[to + Field.writes] = entries[at + Field.writes] as number;
      next[key] = to + arrangedFields;
    }
  }

  /** Makes the entries of the place-th arranged key the row's buckets. */
  collect(place: number, row: RowAccesses): void {
    const begin = place === 0 ? 0 : (this.#ends[place - 1] as number);
    const end = this.#ends[place] as number;
    row.length = 0;
    let last = -1;
    for (let at = begin; at < end; at += arrangedFields) {
      const bucket = this.#arranged[at] as number;
      if (bucket <= last) return this.#collectSorted(begin, end, row);
      last = bucket;
      row.push(
        bucket,
        this.#arranged[at + Field.reads] as number,
        this.#arranged[at + Field.writes] as number,
      );
    }
  }

  #collectSorted(begin: number, end: number, row: RowAccesses): void {
    const arranged = this.#arranged;
    const places = Array.from(
      { length: (end - begin) / arrangedFields },
      (_, i) => begin + i * arrangedFields,
    );
    places.sort((a, b) => (arranged[a] as number) - (arranged[b] as number));
    row.length = 0;
    for (let i = 0; i < places.length; ) {
      const bucket = arranged[places[i] as number] as number;
      let reads = 0;
      let writes = 0;
      for (; i < places.length && arranged[places[i] as number] === bucket; i++) {
        reads += arranged[(places[i] as number) + Field.reads] as number;
        writes += arranged[(places[i] as number) + Field.writes] as number;
      }
      row.push(bucket, reads, writes);
    }
  }
}
