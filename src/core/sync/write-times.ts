export interface WriteTimesSummary {
  count: number;
  medianMs: number;
  p99Ms: number;
  maxMs: number;
}

/** Bins from a hundredth of a millisecond on, each this much wider than the one before: a quantile is off by 5 % at most. */
const ratio = 1.05;
const leastMs = 0.01;
/** Up to three minutes. */
const binCount = 345;

/** How long writes took, in bounded memory whatever their number. */
export class WriteTimes {
  readonly #bins = new Uint32Array(binCount);
  #count = 0;
  #maxMs = 0;

  take(ms: number): void {
    const bin = Math.ceil(Math.log(Math.max(leastMs, ms) / leastMs) / Math.log(ratio));
    const place = Math.min(binCount - 1, bin);
    this.#bins[place] = (this.#bins[place] ?? 0) + 1;
    this.#count++;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  get summary(): WriteTimesSummary {
    return { count: this.#count, medianMs: this.#upTo(0.5), p99Ms: this.#upTo(0.99), maxMs: this.#maxMs };
  }

  /** What so large a share took no longer than. */
  #upTo(share: number): number {
    const wanted = Math.ceil(share * this.#count);
    let counted = 0;
    const bin = this.#bins.findIndex((writes) => {
      counted += writes;
      return counted >= wanted;
    });
    return Math.min(this.#maxMs, leastMs * ratio ** Math.max(0, bin));
  }
}
