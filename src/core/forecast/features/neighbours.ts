import { signalNames } from '../series/signals.ts';

/** Half-windows in places of the order: how many keys before and behind are looked at. */
const halfWidths = [2, 8, 32, 128];

export function neighbourFeatureNames(order: string): string[] {
  return signalNames.flatMap((signal) => [
    `${signal} of the key before by ${order}`,
    `${signal} of the key behind by ${order}`,
    ...halfWidths.map((width) => `${signal} of ${width} around by ${order}`),
  ]);
}

/** What the neighbours of a key did lately, in one order of the keys that are known at one origin. */
export class Neighbours {
  readonly #places: Int32Array;
  readonly #sums: Float64Array[];
  readonly #count: number;

  /** `order` may hold keys that are not `known`, which are left out; `signals` are by key. */
  constructor(order: Uint32Array, known: (key: number) => boolean, signals: Float32Array[]) {
    this.#places = new Int32Array(order.length);
    this.#sums = signals.map(() => new Float64Array(order.length + 1));
    let place = 0;
    for (let i = 0; i < order.length; i++) {
      const key = order[i]!;
      if (!known(key)) continue;
      this.#places[key] = place;
      for (let s = 0; s < signals.length; s++)
        this.#sums[s]![place + 1] = this.#sums[s]![place]! + signals[s]![key]!;
      place++;
    }
    this.#count = place;
  }

  /** Writes the features of a known key into `row` from `at` on; returns the place after them. */
  write(key: number, row: Float32Array, at: number): number {
    const place = this.#places[key]!;
    for (const sums of this.#sums) {
      const own = sums[place + 1]! - sums[place]!;
      row[at++] = place > 0 ? sums[place]! - sums[place - 1]! : 0;
      row[at++] = place + 1 < this.#count ? sums[place + 2]! - sums[place + 1]! : 0;
      for (const width of halfWidths) {
        const low = Math.max(0, place - width);
        const high = Math.min(this.#count, place + width + 1);
        row[at++] = Math.max(0, sums[high]! - sums[low]! - own) / Math.max(1, high - low - 1);
      }
    }
    return at;
  }
}
