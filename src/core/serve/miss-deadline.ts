/** Readers wait at least so long. */
const leastMs = 2000;
/** A link that is that slow is as good as none. */
const mostMs = 15_000;
/** Of what a fetch took lately. */
const times = 4;

/** How long a reader waits for a row that is not here: a few times what fetches have taken lately, on whatever link. */
export class MissDeadline {
  #latelyMs = 0;

  /** A fetch was answered after so long. */
  took(fetchMs: number): void {
    // One that hung says nothing of the next ones.
    const ms = Math.min(fetchMs, mostMs / times);
    this.#latelyMs = this.#latelyMs === 0 ? ms : (7 * this.#latelyMs + ms) / 8;
  }

  get ms(): number {
    return Math.min(mostMs, Math.max(leastMs, times * this.#latelyMs));
  }
}
