import type { SeriesColumns } from '../series/series-store.ts';
import type { Signals } from '../series/signals.ts';
import type { KeyOrder } from './key-order.ts';
import { Neighbours, neighbourFeatureNames } from './neighbours.ts';
import { type FeatureScale, OwnFeatures, ownFeatureNames } from './own-features.ts';

export const featureNames: readonly string[] = [
  ...ownFeatureNames,
  ...neighbourFeatureNames('name'),
  ...neighbourFeatureNames('first access'),
];
export const featureCount = featureNames.length;

/** The orders of all keys that neighbours are looked for in. */
export interface KeyOrders {
  natural: KeyOrder;
  birth: KeyOrder;
}

/** Computes the features of keys at one origin after the other. Holds some numbers for each key, so one for each thread. */
export class FeatureRows {
  readonly #own: OwnFeatures;
  readonly #neighbours: Neighbours[];
  #origin = Number.NaN;

  constructor(columns: SeriesColumns, orders: KeyOrders, scale: FeatureScale) {
    this.#own = new OwnFeatures(columns, scale);
    this.#neighbours = [orders.natural, orders.birth].map((order) => new Neighbours(order));
  }

  /** Must be called before `write`; `signals` are those of that origin. Costs time for every key, unless it is where it was. */
  moveTo(origin: number, signals: Signals[number]): void {
    if (origin === this.#origin) return;
    this.#origin = origin;
    for (const neighbours of this.#neighbours) neighbours.moveTo(signals);
  }

  /** The features of these keys, `featureCount` for each, in their order. All of them must be known at the origin. */
  write(keys: ArrayLike<number>, rows: Float32Array): void {
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      let at = this.#own.write(key, this.#origin, rows, i * featureCount);
      for (const neighbours of this.#neighbours) at = neighbours.write(key, rows, at);
    }
  }
}
