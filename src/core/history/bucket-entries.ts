import { grown } from './growing-arrays.ts';
import type { BucketSeries } from './series-codec.ts';

const Field = { bucket: 0, reads: 1, writes: 2, key: 3, count: 4 } as const;

/** Entries that were arranged by key have no key of their own. */
const arrangedFields = 3;

/**
 * Counts per key and bucket, one entry after the other as buckets end, 16 bytes side by side: they are written and walked
 * in their order and never followed from one to another. Where time goes back, a key can have a bucket twice until
 * `collect` adds them up.
 */
export class BucketEntries {
  #entries = new Int32Array(Field.count * 16_384);
  #count = 0;
  #arranged = new Int32Array(0);
  /** Where the entries of the place-th key end in `#arranged`; they begin where those of the one before end. */
  #ends = new Int32Array(0);
  /** What `collect` found: valid until the next call. */
  series: BucketSeries = emptySeries(256);

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
    this.#arranged = new Int32Array(0);
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
  arrange(keys: Int32Array): void {
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
    const arranged = new Int32Array(begin);
    for (let at = 0; at < end; at += Field.count) {
      const key = entries[at + Field.key] as number;
      const to = next[key] as number;
      arranged[to] = entries[at] as number;
      arranged[to + Field.reads] = entries[at + Field.reads] as number;
      arranged[to + Field.writes] = entries[at + Field.writes] as number;
      next[key] = to + arrangedFields;
    }
    this.#arranged = arranged;
  }

  /** Brings the entries of the place-th arranged key into `series`, ascending; returns how many buckets that are. */
  collect(place: number): number {
    const begin = place === 0 ? 0 : (this.#ends[place - 1] as number);
    const end = this.#ends[place] as number;
    const most = (end - begin) / arrangedFields;
    if (this.series.buckets.length < most) this.series = emptySeries(most * 2);
    const length = this.#copy(begin, end);
    return length === -1 ? this.#copySorted(begin, end) : length;
  }

  /** Returns -1 where time goes back. */
  #copy(begin: number, end: number): number {
    const { buckets, reads, writes } = this.series;
    let length = 0;
    let last = -1;
    for (let at = begin; at < end; at += arrangedFields) {
      const bucket = this.#arranged[at] as number;
      if (bucket <= last) return -1;
      last = bucket;
      buckets[length] = bucket;
      reads[length] = this.#arranged[at + Field.reads] as number;
      writes[length] = this.#arranged[at + Field.writes] as number;
      length++;
    }
    return length;
  }

  #copySorted(begin: number, end: number): number {
    const { buckets, reads, writes } = this.series;
    const places = Array.from(
      { length: (end - begin) / arrangedFields },
      (_, i) => begin + i * arrangedFields,
    );
    places.sort((a, b) => (this.#arranged[a] as number) - (this.#arranged[b] as number));
    let last = -1;
    for (const at of places) {
      const bucket = this.#arranged[at] as number;
      if (last < 0 || buckets[last] !== bucket) {
        buckets[++last] = bucket;
        reads[last] = 0;
        writes[last] = 0;
      }
      reads[last] = (reads[last] as number) + (this.#arranged[at + Field.reads] as number);
      writes[last] = (writes[last] as number) + (this.#arranged[at + Field.writes] as number);
    }
    return last + 1;
  }
}

function emptySeries(length: number): BucketSeries {
  return { buckets: new Int32Array(length), reads: new Uint32Array(length), writes: new Uint32Array(length) };
}
