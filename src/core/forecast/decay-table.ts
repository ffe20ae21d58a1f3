const lowBits = 12;
const low = (1 << lowBits) - 1;
const maxHigh = 1 << 16;
/** Decay below this is none: subnormal numbers would only slow the pass down. */
export const leastDecay = 2 ** -100;

/** `decay(d)` = 2^(−d / half-life) for whole ages, from two tables, one of small ages and one of multiples of 4096. */
export class DecayTable {
  readonly #low = new Float64Array(low + 1);
  readonly #high: Float64Array;
  readonly #halfLifeBuckets: number;

  constructor(halfLifeBuckets: number, spanBuckets: number) {
    this.#halfLifeBuckets = halfLifeBuckets;
    this.#high = new Float64Array(Math.min((Math.max(0, spanBuckets) >>> lowBits) + 2, maxHigh));
    for (let age = 0; age <= low; age++) this.#low[age] = this.#compute(age);
    for (let i = 0; i < this.#high.length; i++) this.#high[i] = this.#compute(i * (low + 1));
  }

  decay(ageBuckets: number): number {
    const high = ageBuckets >>> lowBits;
    if (high >= this.#high.length) return this.#compute(ageBuckets);
    return this.#high[high]! * this.#low[ageBuckets & low]!;
  }

  #compute(ageBuckets: number): number {
    const value = 2 ** (-ageBuckets / this.#halfLifeBuckets);
    return value < leastDecay ? 0 : value;
  }
}
