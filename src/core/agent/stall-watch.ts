const looksPerTimeout = 8;

/** What a watch looks at. */
export interface Watched {
  /** Whether an answer is due. */
  isDue(): boolean;
  /** Grows with all that was sent or has arrived. */
  progress(): number;
}

/** Looks every now and then whether an answer is due and nothing moves, and calls `onStall` once where that lasts for too long. */
export class StallWatch {
  readonly #timer: NodeJS.Timeout;

  constructor(watched: Watched, timeoutMs: number, onStall: () => void) {
    let last = watched.progress();
    let sinceMs = performance.now();
    this.#timer = setInterval(() => {
      const progress = watched.progress();
      const nowMs = performance.now();
      if (!watched.isDue() || progress !== last) {
        last = progress;
        sinceMs = nowMs;
        return;
      }
      if (nowMs - sinceMs < timeoutMs) return;
      this.end();
      onStall();
    }, timeoutMs / looksPerTimeout);
    this.#timer.unref();
  }

  /** May be called again. */
  end(): void {
    clearInterval(this.#timer);
  }
}
