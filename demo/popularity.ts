import { Random } from './random.ts';

/** Where readers are: each region has tastes of its own. */
export const regions = ['us-east', 'us-west', 'ap-south', 'eu-west'] as const;
export type Region = (typeof regions)[number];

/** Reads by rank go by 1 / (rank + offset)^skew (Zipf and Mandelbrot). */
const skew = 1.1;
const offset = 2;
/** Logarithm of an item's weight: from day to day it keeps this share, and moves by this much. */
const driftKept = 0.95;
const driftStep = 0.16;
const tasteSpread = 0.4;
/** Share of the items that are born within the two weeks, how much more they are read at first, and for how long. */
const bornShare = 0.03;
const noveltyBoost = 8;
const noveltyDays = 2.5;

/** Items from the most popular to the least, before drift. */
export function popularityOrder(seed: number, rows: number): Uint32Array {
  return new Random(seed ^ 0x0a11ce, 0).shuffled(rows);
}

/** How often items are read, day by day: popularity drifts, and new items are born. */
export class Popularity {
  readonly #weights: Float32Array;
  readonly #drift: Float32Array;
  readonly #bornOn: Int8Array;
  readonly #tastes: ReadonlyMap<Region, Float32Array>;
  readonly #steps: Random;
  #day = 0;

  /** Items from `rows` on are born on day `days`, the first after the past. */
  constructor(options: { seed: number; rows: number; newcomers: number; days: number }) {
    const { seed, rows, newcomers, days } = options;
    const count = rows + newcomers;
    const births = new Random(seed ^ 0xb1b7, 0);
    this.#steps = new Random(seed ^ 0xd21f7, 0);
    this.#weights = new Float32Array(count);
    popularityOrder(seed, rows).forEach((item, rank) => {
      this.#weights[item] = (rank + 1 + offset) ** -skew;
    });
    for (let item = rows; item < count; item++)
      this.#weights[item] = (births.below(rows) + 1 + offset) ** -skew;
    this.#bornOn = Int8Array.from({ length: count }, (_, item) =>
      item >= rows ? days : births.next() < bornShare ? 1 + births.below(days - 1) : -100,
    );
    this.#drift = Float32Array.from(
      { length: count },
      () => (this.#steps.normal() * driftStep) / Math.sqrt(1 - driftKept ** 2),
    );
    this.#tastes = new Map(
      regions.map((region, index) => {
        const random = new Random(seed ^ 0x7a57e, index);
        return [region, Float32Array.from({ length: count }, () => Math.exp(tasteSpread * random.normal()))];
      }),
    );
  }

  nextDay(): void {
    this.#day += 1;
    for (let item = 0; item < this.#drift.length; item++)
      this.#drift[item] = driftKept * (this.#drift[item] ?? 0) + driftStep * this.#steps.normal();
  }

  /** Draws items of the present day in a region, each as often as it is read there. */
  drawer(region: Region): (random: Random) => number {
    const taste = this.#tastes.get(region);
    const sums = new Float64Array(this.#weights.length);
    let sum = 0;
    for (let item = 0; item < sums.length; item++) {
      const age = this.#day - (this.#bornOn[item] ?? 0);
      if (age >= 0) {
        const novelty = 1 + noveltyBoost * Math.exp(-age / noveltyDays);
        sum += (this.#weights[item] ?? 0) * Math.exp(this.#drift[item] ?? 0) * (taste?.[item] ?? 1) * novelty;
      }
      sums[item] = sum;
    }
    return (random) => firstAbove(sums, random.next() * sum);
  }
}

function firstAbove(sums: Float64Array, value: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
