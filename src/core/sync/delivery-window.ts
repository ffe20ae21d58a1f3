/** How much longer than the quickest a delivery is meant to take: what is fetched for a reader waits behind those that are on their way. */
const targetMs = 5;
/** One on its way while the joiner has another: where hosts are busy all takes longer, and fewer would help nobody. */
const leastSize = 2;
/** Bounds what is in memory on the way. */
const mostSize = 64;
/** Of the window, how much it grows while the deliveries of one window arrive in time: twice as large at first, later by an eighth. */
const growth = { first: 1, later: 1 / 8 } as const;

/** What is known of a delivery when it sets out. */
export interface Departure {
  atMs: number;
  /** The window was full with it: how it fares tells whether there is room for more. */
  filledWindow: boolean;
}

/**
 * How many deliveries may be on their way to a joiner that somebody reads at: as many as fill the link and what is at its end, and hardly more, whatever its rate and its delay
 * are. Like LEDBAT (RFC 6817) it goes by how much longer they take than the quickest did.
 */
export class DeliveryWindow {
  #size = leastSize;
  #underWay = 0;
  #arrivedSinceCut = 0;
  #wasCut = false;
  /** Of the quickest, beyond a lone request: its own time on the link, and what the joiner does with it. */
  #leastOwnMs = Number.POSITIVE_INFINITY;

  get size(): number {
    return Math.floor(this.#size);
  }

  departs(nowMs: number): Departure {
    this.#underWay++;
    return { atMs: nowMs, filledWindow: this.#underWay >= this.size };
  }

  /** A delivery was taken, or failed; a lone request takes `roundTripMs`. */
  arrives({ atMs, filledWindow }: Departure, nowMs: number, roundTripMs: number): void {
    this.#underWay--;
    this.#arrivedSinceCut++;
    const tookMs = nowMs - atMs;
    this.#leastOwnMs = Math.min(this.#leastOwnMs, Math.max(0, tookMs - roundTripMs));
    // Of two that set out together over a slow link one waits for the other.
    const meantMs = roundTripMs + this.#leastOwnMs + Math.max(targetMs, this.#leastOwnMs);
    if (tookMs <= meantMs) {
      if (filledWindow) this.#resize(this.#size + (this.#wasCut ? growth.later : growth.first));
      return;
    }
    // Those that were on their way at the last cut tell nothing of it.
    if (tookMs < meantMs + targetMs || this.#arrivedSinceCut < this.size) return;
    this.#resize(this.#size * (meantMs / tookMs));
    this.#wasCut = true;
    this.#arrivedSinceCut = 0;
  }

  #resize(size: number): void {
    this.#size = Math.min(mostSize, Math.max(leastSize, size));
  }
}
