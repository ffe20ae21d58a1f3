const windowMs = 10_000;
const sampleMs = 250;
/** A rate over less than this would be chance. */
const leastSpanMs = 1_000;

/** How fast the Delta Log grew over the last ten seconds; at most 42 samples. */
export class LogGrowth {
  readonly #samples: { atMs: number; keys: number }[] = [];

  add(atMs: number, keys: number): void {
    const [previous, last] = this.#samples.slice(-2);
    if (previous && last && atMs - previous.atMs < sampleMs) this.#samples.pop();
    this.#samples.push({ atMs, keys });
    while (this.#samples.length > 2 && atMs - (this.#samples[1]?.atMs ?? atMs) >= windowMs)
      this.#samples.shift();
  }

  /** Keys a second, below zero while it shrinks; undefined until a second has been seen. */
  get perSecond(): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.atMs - first.atMs < leastSpanMs) return undefined;
    return ((last.keys - first.keys) * 1_000) / (last.atMs - first.atMs);
  }

  /** Milliseconds from the last sample until it holds `keys`, at this rate; undefined while it does not grow. */
  msUntil(keys: number): number | undefined {
    const { perSecond } = this;
    const last = this.#samples.at(-1);
    if (perSecond === undefined || perSecond <= 0 || !last) return undefined;
    return (Math.max(0, keys - last.keys) * 1_000) / perSecond;
  }
}
