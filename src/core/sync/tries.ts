import { ForesyncError } from '../errors.ts';

const firstDelayMs = 1000;
const mostDelayMs = 60_000;

/** Counts the tries in a row that came to nothing, and says how long to wait for the next: each time twice as long. */
export class Tries {
  readonly #most: number;
  #made = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** The next try, or undefined where there were enough. One that made progress starts the count anew. */
  next(progressed: boolean): { delayMs: number; words: string } | undefined {
    if (progressed) this.#made = 0;
    if (this.#made >= this.#most) return undefined;
    const delayMs = Math.min(mostDelayMs, firstDelayMs * 2 ** this.#made++);
    return { delayMs, words: `Trying again in ${delayMs / 1000} s (${this.#made} of ${this.#most}).` };
  }
}

/** Whether somebody who had been there is gone, or does not answer any longer, and may be there again soon. */
export function isLost(error: unknown): boolean {
  return error instanceof ForesyncError && error.kind === 'unreachable';
}
