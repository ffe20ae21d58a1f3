import type { StateDatabase } from '../../state/open.ts';
import { Expansion, type HourTraffic } from './expansion.ts';
import { RowAccesses } from './row-accesses.ts';
import { firstOf, RowCursor } from './segment.ts';
import { RunSource, type StoredRun } from './stored-runs.ts';

/** One key over all runs. Arrays and bytes are overwritten by the next. */
export interface MergedKey {
  key: Uint8Array;
  accesses: RowAccesses;
  /** Reads at each replica that has the key. */
  readsAt: Map<number, number>;
}

interface Input {
  replica: number;
  cursor: RowCursor;
  expansion: Expansion;
}

/** Walks stored runs key by key, in the order of rows, with no statement open between two keys. */
export class MergedKeys {
  readonly #bucketMs: number;
  readonly #inputs: Input[];
  #row = new RowAccesses();
  #expanded = new RowAccesses();
  #sum = new RowAccesses();
  #spare = new RowAccesses();

  /** `traffic` gives each replica's. */
  constructor(
    db: StateDatabase,
    runs: readonly StoredRun[],
    bucketMs: number,
    traffic: (replica: number) => HourTraffic,
  ) {
    this.#bucketMs = bucketMs;
    this.#inputs = runs.map((run) => ({
      replica: run.replica,
      cursor: new RowCursor(new RunSource(db, run)),
      expansion: new Expansion(bucketMs, run.coarse, traffic(run.replica)),
    }));
  }

  /** Every key from here on. */
  *all(): IterableIterator<MergedKey> {
    for (const { cursor } of this.#inputs) cursor.advance();
    for (let lead = firstOf(this.#inputs); lead; lead = firstOf(this.#inputs)) {
      const key = lead.bytes.subarray(lead.keyStart, lead.keyEnd);
      const found = this.#inputs.filter((input) => isAt(input.cursor, lead.hash, key));
      yield this.#merge(key, lead.hash, found);
      for (const { cursor } of found) cursor.advance();
    }
  }

  /** The key, if there is one behind those that were asked for before; keys must be asked for in the order of rows. */
  find(hash: number, key: Uint8Array): MergedKey | undefined {
    for (const { cursor } of this.#inputs) {
      cursor.advanceTo(hash);
      while (cursor.hash === hash && cursor.compareKey(key, 0, key.length) < 0) cursor.advance();
    }
    const found = this.#inputs.filter((input) => isAt(input.cursor, hash, key));
    return found.length > 0 ? this.#merge(key, hash, found) : undefined;
  }

  #merge(key: Uint8Array, hash: number, inputs: Input[]): MergedKey {
    const readsAt = new Map<number, number>();
    inputs.forEach(({ cursor, expansion, replica }, i) => {
      cursor.unpack(this.#row, this.#bucketMs);
      readsAt.set(replica, (readsAt.get(replica) ?? 0) + this.#row.totalReads());
      if (expansion.concerns(this.#row)) {
        expansion.expand(this.#row, hash, this.#expanded);
        [this.#row, this.#expanded] = [this.#expanded, this.#row];
      }
      if (i > 0) {
        this.#spare.setSum(this.#sum, this.#row);
        [this.#sum, this.#spare] = [this.#spare, this.#sum];
      } else [this.#sum, this.#row] = [this.#row, this.#sum];
    });
    return { key, accesses: this.#sum, readsAt };
  }
}

function isAt(cursor: RowCursor, hash: number, key: Uint8Array): boolean {
  return cursor.hash === hash && cursor.compareKey(key, 0, key.length) === 0;
}
