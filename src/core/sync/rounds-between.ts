import type { Clock } from '../clock.ts';

const everyMs = 500;

/**
 * When rounds of the Delta Log are due between chunks for a joiner that applications use while the snapshot comes: rows that are
 * there must not stay as they were for as long as that takes.
 */
export class RoundsBetween {
  readonly #clock: Clock;
  #dueAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    // At once: planned rows may be as old as the hot phase was long.
    this.#dueAtMs = clock.nowMs();
  }

  get isDue(): boolean {
    return this.#clock.nowMs() >= this.#dueAtMs;
  }

  /** One is on its way: none is due before it has come. */
  asked(): void {
    this.#dueAtMs = Number.POSITIVE_INFINITY;
  }

  /** It has come; where more changes wait than it could carry the next is due at once. */
  came({ complete }: { complete: boolean }): void {
    this.#dueAtMs = complete ? this.#clock.nowMs() + everyMs : 0;
  }
}
