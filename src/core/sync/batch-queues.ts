import type { RowKey } from '../row-key.ts';
import type { Batch, Batches } from './batches.ts';
import { PlanPlaces } from './plan-places.ts';

/**
 * The plan's batches that are still to be asked for, a queue a donor. A donor that is done with its own takes from the longest,
 * so each gives a share by its speed, and the best keys never wait for a slow one.
 *
 * Keys of a batch are next to each other in the plan: of like worth, or expected at the same time. Where readers miss one of them already, the others are
 * likely to be next, so a batch that was missed goes before all that were missed less often.
 */
export class BatchQueues {
  readonly #byDonor: Map<string, Batch[]>;
  readonly #all: readonly Batch[];
  readonly #misses = new Map<Batch, number>();
  #places: PlanPlaces | undefined;

  constructor({ byDonor }: Batches) {
    this.#byDonor = new Map([...byDonor].map(([donor, batches]) => [donor, [...batches]]));
    this.#all = [...byDonor.values()].flat();
  }

  /** Readers missed these keys. Batches that are under way already, or have arrived, stay as they are. */
  missed(keys: readonly RowKey[]): void {
    if (this.isEmpty) return;
    this.#places ??= new PlanPlaces(this.#all);
    for (const key of keys) {
      const place = this.#places.of(key);
      const batch = place === undefined ? undefined : this.#all[place];
      if (batch) this.#pullForward(batch);
    }
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

  #pullForward(batch: Batch): void {
    const misses = this.#missesOf(batch) + 1;
    for (const queue of this.#byDonor.values()) {
      const at = queue.indexOf(batch);
      if (at < 0) continue;
      this.#misses.set(batch, misses);
      queue.splice(at, 1);
      const behind = queue.findIndex((other) => this.#missesOf(other) < misses);
      queue.splice(behind < 0 ? queue.length : behind, 0, batch);
    }
  }

  #missesOf(batch: Batch): number {
    return this.#misses.get(batch) ?? 0;
  }

  #of(donor: string): Batch[] {
    const own = this.#byDonor.get(donor) ?? [];
    this.#byDonor.set(donor, own);
    return own;
  }
}
