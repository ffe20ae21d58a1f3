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

/**
 * 2^(−age / half-life) for several half-lives, each a power of two times the one before: only the longest is looked up, the others are its
 * squares, so that one small table stays in the cache.
 */
export class DecayFamily {
  /** By half-life, for the age that was set last. */
  readonly decays: Float64Array;
  readonly #longest: DecayTable;
  /** How often the next longer one's decay is squared. */
  readonly #squarings: number[];

  /** The half-lives are ascending. Throws a RangeError where one is no power of two times the one before. */
  constructor(halfLivesBuckets: number[], spanBuckets: number) {
    this.decays = new Float64Array(halfLivesBuckets.length);
    this.#longest = new DecayTable(halfLivesBuckets.at(-1)!, spanBuckets);
    this.#squarings = halfLivesBuckets.slice(1).map((next, i) => Math.log2(next / halfLivesBuckets[i]!));
    if (!this.#squarings.every((times) => Number.isInteger(times) && times > 0))
      throw new RangeError(`half-lives ${halfLivesBuckets} do not double`);
  }

  set(ageBuckets: number): void {
    const { decays } = this;
    let decay = this.#longest.decay(ageBuckets);
    let at = decays.length - 1;
    decays[at] = decay;
    while (at > 0) {
      for (let times = this.#squarings[--at]!; times > 0; times--) decay *= decay;
      if (decay < floor) decay = 0;
      decays[at] = decay;
    }
  }

  /** Lets the sums age, each by its half-life. */
  fade(sums: Float64Array, ageBuckets: number): void {
    if (ageBuckets === 0) return;
    this.set(ageBuckets);
    for (let k = 0; k < sums.length; k++) sums[k]! *= this.decays[k]!;
  }
}
