import { grown } from './growing-arrays.ts';
import type { BucketSeries } from './series-codec.ts';

/** What an entry holds; `previous` is the entry of the chain before it, or -1. */
const Field = { bucket: 0, reads: 1, writes: 2, previous: 3, count: 4 } as const;

/**
 * Counts per bucket, one chain a key, the latest entry first, because most events fall into the bucket of the event before. An entry is
 * 16 bytes side by side: memory's latency is what an event costs. Where time goes back, a bucket can be there twice.
 */
export class BucketChains {
  #entries = new Int32Array(Field.count * 16_384);
  #count = 0;
  #sorted = new Int32Array(256);
  /** What `collect` found: valid until the next call. */
  series: BucketSeries = emptySeries(256);

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Counts one access in the chain that ends with `latest` (-1 for a new chain), and returns its end now. */
  add(latest: number, bucket: number, isWrite: boolean): number {
    const entry = latest >= 0 && this.#entries[latest] === bucket ? latest : this.#append(bucket, latest);
    const counter = entry + (isWrite ? Field.writes : Field.reads);
    this.#entries[counter] = (this.#entries[counter] as number) + 1;
    return entry;
  }

  /** Brings a chain into `series`, ascending and no bucket twice; returns how many buckets that are. */
  collect(latest: number): number {
    const entries = this.#entries;
    const count = this.#sort(latest);
    if (this.series.buckets.length < count) this.series = emptySeries(count * 2);
    const { buckets, reads, writes } = this.series;
    let last = -1;
    for (let i = count - 1; i >= 0; i--) {
      const entry = this.#sorted[i] as number;
      const bucket = entries[entry] as number;
      if (last < 0 || buckets[last] !== bucket) {
        buckets[++last] = bucket;
        reads[last] = 0;
        writes[last] = 0;
      }
      reads[last] = (reads[last] as number) + (entries[entry + Field.reads] as number);
      writes[last] = (writes[last] as number) + (entries[entry + Field.writes] as number);
    }
    return last + 1;
  }

  #append(bucket: number, previous: number): number {
    const entry = this.#count++ * Field.count;
    this.#entries = grown(this.#entries, entry + Field.count);
    this.#entries[entry] = bucket;
    this.#entries[entry + Field.reads] = 0;
    this.#entries[entry + Field.writes] = 0;
    this.#entries[entry + Field.previous] = previous;
    return entry;
  }

  /** Lays a chain out in `#sorted`, latest bucket first; returns its length. */
  #sort(latest: number): number {
    const entries = this.#entries;
    let count = 0;
    let isSorted = true;
    let later = Number.POSITIVE_INFINITY;
    for (let entry = latest; entry >= 0; entry = entries[entry + Field.previous] as number) {
      const bucket = entries[entry] as number;
      if (bucket > later) isSorted = false;
      later = bucket;
      this.#sorted = grown(this.#sorted, count + 1);
      this.#sorted[count++] = entry;
    }
    const chain = this.#sorted.subarray(0, isSorted ? 0 : count);
    chain.sort((a, b) => (entries[b] as number) - (entries[a] as number));
    return count;
  }
}

function emptySeries(length: number): BucketSeries {
  return { buckets: new Int32Array(length), reads: new Uint32Array(length), writes: new Uint32Array(length) };
}
