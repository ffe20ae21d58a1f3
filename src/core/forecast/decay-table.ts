/** Half-lives that are tried, as multiples of the horizon: the best one differs by a factor of 500 between traces. */
const horizonMultiples = [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 64];
/** Of the family, the one taken where no backtest is possible, for writes, and to know hot keys before the choice is made. */
export const middleHalfLife = 5;

export function halfLifeFamily(horizonMs: number): number[] {
  return horizonMultiples.map((multiple) => multiple * horizonMs);
}

const lowBits = 12;
const low = (1 << lowBits) - 1;
const maxHigh = 1 << 16;
/** Decay below this is none: subnormal numbers would only slow the pass down. */
const floor = 2 ** -100;

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
    return value < floor ? 0 : value;
  }
}
