import { isKnown, signalCount, signalNames } from '../series/signals.ts';
import type { KeyOrder } from './key-order.ts';

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
  readonly #order: KeyOrder;
  /** How many known keys stand before each place of the order. */
  readonly #knownBefore: Uint32Array;
  /** Sums of the signals of the first so many known keys, `[known keys · signalCount + signal]`. */
  readonly #sums: Float64Array;
  #count = 0;

  /** Knows no key before `moveTo`. Holds some 28 bytes a key, which one origin after the other makes use of. */
  constructor(order: KeyOrder) {
    this.#order = order;
    this.#knownBefore = new Uint32Array(order.keys.length);
    this.#sums = new Float64Array((order.keys.length + 1) * signalCount);
  }

  /** Looks at the keys from another origin on, whose signals these are. */
  moveTo(signals: Float32Array): void {
    const { keys } = this.#order;
    const knownBefore = this.#knownBefore;
    const sums = this.#sums;
    let known = 0;
    let [a, b, c] = [0, 0, 0];
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place]!;
      knownBefore[place] = known;
      if (!isKnown(signals, key)) continue;
      known++;
      sums[known * signalCount] = a += signals[key * signalCount]!;
      sums[known * signalCount + 1] = b += signals[key * signalCount + 1]!;
      sums[known * signalCount + 2] = c += signals[key * signalCount + 2]!;
    }
    this.#count = known;
  }

  /** Writes the features of a known key into `row` from `start` on; returns the place after them. */
  write(key: number, row: Float32Array, start: number): number {
    let at = start;
    const sums = this.#sums;
    const count = this.#count;
    const place = this.#knownBefore[this.#order.places[key]!]!;
    const between = (low: number, high: number, signal: number) =>
      sums[high * signalCount + signal]! - sums[low * signalCount + signal]!;
    for (let signal = 0; signal < signalCount; signal++) {
      const own = between(place, place + 1, signal);
      row[at++] = place > 0 ? between(place - 1, place, signal) : 0;
      row[at++] = place + 1 < count ? between(place + 1, place + 2, signal) : 0;
      for (const width of halfWidths) {
        const low = Math.max(0, place - width);
        const high = Math.min(count, place + width + 1);
        row[at++] = Math.max(0, between(low, high, signal) - own) / Math.max(1, high - low - 1);
      }
    }
    return at;
  }
}
