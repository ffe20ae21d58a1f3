import type { ReplayedReads } from './replayed-reads.ts';

/** Gathers reads after the origin, so many at most; beyond that they are only counted. */
export class ReadColumns {
  readonly #most: number;
  #fromMs = new Float64Array(4096);
  #key = new Uint32Array(4096);
  #count = new Uint32Array(4096);
  /** How many there were, kept or not. */
  seen = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get isWhole(): boolean {
    return this.seen <= this.#most;
  }

  /** `fromMs` counts from the origin. */
  add(fromMs: number, key: number, count: number): void {
    const at = this.seen++;
    if (at >= this.#most) return;
    if (at === this.#key.length) this.#grow();
    this.#fromMs[at] = fromMs;
    this.#key[at] = key;
    this.#count[at] = count;
  }

  result(widthMs: number): ReplayedReads {
    const length = Math.min(this.seen, this.#most);
    return { fromMs: this.#fromMs, key: this.#key, count: this.#count, length, widthMs };
  }

  #grow(): void {
    const room = Math.min(this.#most, this.#key.length * 2);
    const larger = (column: Uint32Array) => {
      const grown = new Uint32Array(room);
      grown.set(column);
      return grown;
    };
    const fromMs = new Float64Array(room);
    fromMs.set(this.#fromMs);
    this.#fromMs = fromMs;
    this.#key = larger(this.#key);
    this.#count = larger(this.#count);
  }
}
