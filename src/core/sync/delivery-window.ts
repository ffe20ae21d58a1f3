/** How much longer than a lone request a delivery may take: what is fetched for a reader waits behind those that are on their way. */
const targetMs = 15;
/** Where hosts are busy all takes longer, however few are on their way: then fewer would slow the copy, and help nobody. */
const leastSize = 4;
const mostSize = 16;

/**
 * How many deliveries may be on their way to a joiner that somebody reads at: as many as fill the link, and hardly more, whatever its rate and its delay are.
 * Like LEDBAT (RFC 6817) it goes by how long they take beside the quickest.
 */
export class DeliveryWindow {
  #size = leastSize;
  #sinceChange = 0;

  get size(): number {
    return Math.floor(this.#size);
  }

  /** A delivery took so long, beyond what a lone request takes. */
  delivered(overMs: number): void {
    // Those that were on their way at the last change tell nothing of it.
    if (++this.#sinceChange < this.size) return;
    this.#sinceChange = 0;
    // Twice as long as is meant is a link that has become slower, or a joiner that is busy.
    const next = overMs > 2 * targetMs ? this.#size / 2 : this.#size + (overMs > targetMs ? -1 : 1);
    this.#size = Math.min(mostSize, Math.max(leastSize, next));
  }
}
