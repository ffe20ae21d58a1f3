import type { BucketSeries } from '../series-codec.ts';
import { keptMinutesMs } from './retention.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/**
 * All accesses of a replica per bucket: by the minute as long as keys are kept by it, by the hour before, in the hour's first bucket. Hours are
 * kept for good, so that the daily and weekly cycles are.
 */
export class TrafficTotals {
  readonly #firstHour: number;
  readonly #firstMinute: number;
  readonly #perHour: number;
  /** Reads and writes in turn. */
  readonly #hours: Float64Array;
  readonly #minutes: Float64Array;

  /** For accesses from `firstMs` to `lastMs`. */
  constructor(bucketMs: number, firstMs: number, lastMs: number) {
    this.#perHour = hourMs / bucketMs;
    const minutesFromMs = Math.max(firstMs, Math.floor((lastMs - keptMinutesMs) / dayMs) * dayMs);
    this.#firstMinute = Math.floor(minutesFromMs / hourMs) * this.#perHour;
    this.#firstHour = Math.floor(firstMs / hourMs);
    this.#hours = new Float64Array(2 * (this.#firstMinute / this.#perHour - this.#firstHour));
    this.#minutes = new Float64Array(2 * (Math.floor(lastMs / bucketMs) - this.#firstMinute + 1));
  }

  add(bucket: number, reads: number, writes: number): void {
    const isMinute = bucket >= this.#firstMinute;
    const counts = isMinute ? this.#minutes : this.#hours;
    const at =
      2 * (isMinute ? bucket - this.#firstMinute : Math.floor(bucket / this.#perHour) - this.#firstHour);
    counts[at] = (counts[at] as number) + reads;
    counts[at + 1] = (counts[at + 1] as number) + writes;
  }

  series(): BucketSeries {
    const found: { bucket: number; reads: number; writes: number }[] = [];
    const take = (counts: Float64Array, bucketAt: (i: number) => number) => {
      for (let i = 0; i < counts.length / 2; i++) {
        const reads = counts[2 * i] as number;
        const writes = counts[2 * i + 1] as number;
        if (reads + writes > 0) found.push({ bucket: bucketAt(i), reads, writes });
      }
    };
    take(this.#hours, (i) => (this.#firstHour + i) * this.#perHour);
    take(this.#minutes, (i) => this.#firstMinute + i);
    return {
      buckets: Int32Array.from(found, ({ bucket }) => bucket),
      reads: Uint32Array.from(found, ({ reads }) => reads),
      writes: Uint32Array.from(found, ({ writes }) => writes),
    };
  }
}
