/** Several pings of an operator's. */
export const loneAfterMs = 90_000;

/**
 * Tells an agent that nobody is there any longer: the link can be gone without a word, and the joiner's file must be free for whoever
 * connects next.
 */
export class LoneWatch {
  readonly #timer: NodeJS.Timeout;
  #heard = 0;

  /** While it is catching up, an agent does not listen. */
  constructor(afterMs: number, isCatchingUp: () => boolean, onLone: () => void) {
    this.#timer = setTimeout(() => {
      const before = this.#heard;
      // A handler may have kept this thread for long: what came meanwhile is read first.
      setImmediate(() =>
        setImmediate(() => {
          if (this.#heard === before && !isCatchingUp()) onLone();
          else this.#timer.refresh();
        }),
      );
    }, afterMs);
  }

  hear(): void {
    this.#heard++;
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
