import type { BucketSeries } from '../series-codec.ts';

/** Answers how many events lie between two moments, in the time of a binary search. */
export class CumulatedEvents {
  readonly #bucketMs: number;
  readonly #buckets: Int32Array;
  readonly #before: Float64Array;

  constructor(bucketMs: number, { buckets, reads, writes }: BucketSeries) {
    this.#bucketMs = bucketMs;
    this.#buckets = buckets;
    this.#before = new Float64Array(buckets.length + 1);
    for (let i = 0; i < buckets.length; i++) {
      this.#before[i + 1] = (this.#before[i] as number) + (reads[i] as number) + (writes[i] as number);
    }
  }

  /** Of the buckets that begin from `fromMs` on, and before `toMs`. */
  between(fromMs: number, toMs: number): number {
    return Math.max(0, this.#beginningBefore(toMs) - this.#beginningBefore(fromMs));
  }

  #beginningBefore(ms: number): number {
    let low = 0;
    let high = this.#buckets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#buckets[middle] as number) * this.#bucketMs < ms) low = middle + 1;
      else high = middle;
    }
    return this.#before[low] as number;
  }
}
