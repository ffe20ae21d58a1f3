import type { BucketSeries } from './series-codec.ts';

/** Adds up any number of series, in any order, in memory by the number of buckets that have accesses. */
export class SeriesSum {
  readonly #places = new Map<number, number>();
  readonly #reads: number[] = [];
  readonly #writes: number[] = [];

  add({ buckets, reads, writes }: BucketSeries): void {
    for (let i = 0; i < buckets.length; i++) {
      const bucket = buckets[i] as number;
      let place = this.#places.get(bucket);
      if (place === undefined) {
        place = this.#reads.length;
        this.#places.set(bucket, place);
        this.#reads.push(0);
        this.#writes.push(0);
      }
      this.#reads[place] = (this.#reads[place] as number) + (reads[i] as number);
      this.#writes[place] = (this.#writes[place] as number) + (writes[i] as number);
    }
  }

  series(): BucketSeries {
    const buckets = Int32Array.from(this.#places.keys()).sort();
    const places = Array.from(buckets, (bucket) => this.#places.get(bucket) as number);
    return {
      buckets,
      reads: Uint32Array.from(places, (place) => this.#reads[place] as number),
      writes: Uint32Array.from(places, (place) => this.#writes[place] as number),
    };
  }
}
