import type { Batch, Batches } from './batches.ts';

/**
 * The plan's batches that are still to be asked for, a queue a donor. A donor that is done with its own takes from the longest,
 * so each gives a share by its speed, and the best keys never wait for a slow one.
 */
export class BatchQueues {
  readonly #byDonor: Map<string, Batch[]>;

  constructor({ byDonor }: Batches) {
    this.#byDonor = new Map([...byDonor].map(([donor, batches]) => [donor, [...batches]]));
  }

  /** Takes the next batch off a donor's own queue, or, where it `isIdle`, off the longest; undefined where there is none. */
  next(donor: string, { isIdle }: { isIdle: boolean }): Batch | undefined {
    const own = this.#of(donor).shift();
    if (own || !isIdle) return own;
    const longest = [...this.#byDonor.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
    return longest.shift();
  }

  /** What a donor did not cover or deliver comes next again. */
  putBack(donor: string, batches: Iterable<Batch>): void {
    this.#of(donor).unshift(...batches);
  }

  get isEmpty(): boolean {
    return [...this.#byDonor.values()].every(({ length }) => length === 0);
  }

  #of(donor: string): Batch[] {
    const own = this.#byDonor.get(donor) ?? [];
    this.#byDonor.set(donor, own);
    return own;
  }
}
