import type { Result } from '../agent/protocol.ts';

/**
 * What speaks for the joiner's rows before verification begins: each chunk was compared with what the table has in its places,
 * in the transaction that wrote it, and displaced none that was there. Where that holds for all rows, and nobody has written at
 * the lead meanwhile, a second pass over both tables would see the same rows again.
 */
export class ReadBack {
  #holds = true;
  #chunks = 0;
  #rows = 0;

  /** So far; chunks that come after it has failed need not be compared. */
  get holds(): boolean {
    return this.#holds;
  }

  get chunks(): number {
    return this.#chunks;
  }

  get rows(): number {
    return this.#rows;
  }

  /** A chunk was written; `same` is undefined where the joiner was not asked to compare. */
  take({ rows, displaced, same }: Result<'joiner.hot'>): void {
    this.#chunks++;
    this.#rows += rows;
    if (displaced || same !== true) this.fail();
  }

  /** Some of the joiner's rows must be looked at again: they are not known to have come as they should, or others may have written there. */
  fail(): void {
    this.#holds = false;
  }
}
