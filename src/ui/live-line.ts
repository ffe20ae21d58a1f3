const intervalMs = 100;

/** A line that tells how far something is. */
export interface ProgressText {
  /** Shows what `text` makes where it is time, or at once with `now`. */
  show(text: (nowMs: number) => string, options?: { now?: boolean }): void;
  clear(): void;
}

/** One line on a terminal, drawn over itself at most ten times a second. */
export class LiveLine implements ProgressText {
  readonly #terminal: Pick<NodeJS.WriteStream, 'write'>;
  readonly #nowMs: () => number;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #isDrawn = false;

  constructor(terminal: Pick<NodeJS.WriteStream, 'write'>, nowMs: () => number) {
    this.#terminal = terminal;
    this.#nowMs = nowMs;
  }

  /** Draws where it is time, or at once with `now`; `text` has no control characters and fits the terminal. */
  show(text: (nowMs: number) => string, { now = false } = {}): void {
    const nowMs = this.#nowMs();
    if (!now && nowMs - this.#drawnMs < intervalMs) return;
    this.#drawnMs = nowMs;
    this.#isDrawn = true;
    this.#terminal.write(`\r\u001b[2K${text(nowMs)}`);
  }

  clear(): void {
    if (this.#isDrawn) this.#terminal.write('\r\u001b[2K');
    this.#isDrawn = false;
  }
}
