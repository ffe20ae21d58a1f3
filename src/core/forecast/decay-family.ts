import { DecayTable, leastDecay } from './decay-table.ts';

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
  constructor(halfLivesBuckets: readonly number[], spanBuckets: number) {
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
      if (decay < leastDecay) decay = 0;
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
