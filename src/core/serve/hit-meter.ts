/** So many of the latest reads tell how ready a joiner is. */
const window = 1000;
/** Fewer say little. */
const enough = 100;

/** How many of the latest reads the joiner answered by itself. */
export class HitMeter {
  readonly #hits = new Uint8Array(window);
  #reads = 0;
  #sum = 0;
  #allHits = 0;

  /** A read was answered: a hit by the joiner itself. */
  saw(isHit: boolean): void {
    const place = this.#reads % window;
    this.#sum += Number(isHit) - (this.#hits[place] ?? 0);
    this.#hits[place] = Number(isHit);
    this.#reads++;
    this.#allHits += Number(isHit);
  }

  /** All that were answered. */
  get reads(): number {
    return this.#reads;
  }

  get hits(): number {
    return this.#allHits;
  }

  /** Share of the last thousand; undefined before there are a hundred. */
  get rate(): number | undefined {
    return this.#reads < enough ? undefined : this.#sum / Math.min(window, this.#reads);
  }
}
