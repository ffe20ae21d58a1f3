/** How long an agent had nothing to do when a request came. */
export class Idleness {
  #pending = 0;
  #sinceMs = performance.now();

  /** A request has come; gives whole milliseconds. */
  came(): number {
    const isIdle = this.#pending++ === 0;
    return isIdle ? Math.round(performance.now() - this.#sinceMs) : 0;
  }

  /** One has been handled. */
  done(): void {
    if (--this.#pending === 0) this.#sinceMs = performance.now();
  }
}
