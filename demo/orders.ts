import { skuOf } from './catalogue.ts';
import { popularityOrder } from './popularity.ts';
import { Random } from './random.ts';

/** One transaction of the shop's. */
export interface ShopWrite {
  /** Counts transactions from 1; rows that it changes carry it. */
  version: number;
  sold: string[];
  repriced: { sku: string; priceCents: number } | undefined;
  /** Index of a new item. */
  added: number | undefined;
  removed: string | undefined;
}

const additionEvery = 40;
const removalEvery = 100;
const repricingShare = 0.08;
/** Items this far down in popularity may go out of the range; others are sold and repriced. */
const coldFrom = 0.9;

/**
 * What the shop writes: transaction n of a seed is always the same, so that a replica which lags behind applies what the
 * others applied before. Each one sells at least one item that exists, so each leaves its number in the table.
 */
export class Orders {
  readonly #seed: number;
  readonly #rows: number;
  readonly #newcomers: number;
  readonly #order: Uint32Array;

  constructor(options: { seed: number; rows: number; newcomers: number }) {
    this.#seed = options.seed;
    this.#rows = options.rows;
    this.#newcomers = options.newcomers;
    this.#order = popularityOrder(options.seed, options.rows);
  }

  at(version: number): ShopWrite {
    const random = new Random(this.#seed ^ 0x0bde55, version);
    const sold = new Set(Array.from({ length: 1 + random.below(3) }, () => this.#popular(random)));
    const repriced =
      random.next() < repricingShare
        ? { sku: this.#popular(random), priceCents: 95 + 10 * random.below(900) }
        : undefined;
    return {
      version,
      sold: [...sold],
      repriced,
      added: this.#added(version),
      removed: this.#removed(version),
    };
  }

  /** Rank r with a probability that goes by 1/r. */
  #popular(random: Random): string {
    const rank = Math.floor((this.#rows * coldFrom) ** random.next()) - 1;
    return skuOf(this.#order[rank] ?? 0);
  }

  #added(version: number): number | undefined {
    const nth = version / additionEvery;
    return Number.isInteger(nth) && nth <= this.#newcomers ? this.#rows + nth - 1 : undefined;
  }

  #removed(version: number): string | undefined {
    const nth = version / removalEvery;
    const rank = this.#rows - nth;
    return Number.isInteger(nth) && rank > this.#rows * coldFrom ? skuOf(this.#order[rank] ?? 0) : undefined;
  }
}
