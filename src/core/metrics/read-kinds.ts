import type { KnownKeys } from './known-keys.ts';
import type { HitCount } from './replica-reads.ts';
import type { ServedAnswer } from './served-reads.ts';

/** Reads by what brought their row, or for misses was to bring it. */
export interface KindsOfReads {
  /** Rows of the plan, sent ahead. */
  planned: HitCount;
  /** Rows that came in the order of the table. */
  snapshot: HitCount;
  /** Rows that an earlier miss had fetched: hits alone. Undefined where no log says which reads missed. */
  readThrough: HitCount | undefined;
  /** Keys that came with the Delta Log: there was no row when the snapshot passed. Undefined as above. */
  newKeys: HitCount | undefined;
  /** Keys of which no read found a row: the joiner, once it knows that, answers it by itself. Undefined as above, and where an earlier version of foresync measured. */
  noSuchRow?: HitCount | undefined;
  /** Misses that no donor could be asked of, of keys that are not planned. Undefined as above. */
  unanswered?: HitCount | undefined;
}

/** Reads of a key of which at least one found no row. */
interface Rowless extends HitCount {
  /** Another one found it. */
  isFound: boolean;
}

/** Keys that are told apart one by one; reads of those past it go with the snapshot's. */
const followedKeys = 200_000;

/**
 * Tells reads of a joiner apart. Where a log does not say how a row came, it is taken to be the plan's if it is planned and was sent; fetched, if an earlier read of the key
 * missed; new, if a read found no row, another one did, and the history does not know the key from before the plan's origin; else the snapshot's. A log whose hits are modelled has the
 * plan's and others alone.
 */
export class ReadKinds {
  readonly #planned = none();
  readonly #snapshot = none();
  readonly #readThrough = none();
  readonly #newKeys = none();
  readonly #fetched = new Set<string>();
  /** Of keys without a row, until the history has been asked. */
  readonly #rowless = new Map<string, Rowless>();
  readonly #unanswered = none();
  #served = false;

  /** `isPlanned`: its row was sent ahead, or of a miss was to be. */
  take(key: string, isPlanned: boolean, hit: boolean, served: ServedAnswer | undefined): void {
    if (served) this.#served = true;
    add(served ? this.#of(key, isPlanned, served) : isPlanned ? this.#planned : this.#snapshot, hit);
    if (served?.found && !hit && this.#fetched.size < followedKeys) this.#fetched.add(key);
  }

  #of(key: string, isPlanned: boolean, { hit, found, by }: ServedAnswer): HitCount {
    const rowless = this.#rowless.get(key);
    if (rowless && found) rowless.isFound = true;
    if (hit && found && by !== undefined)
      return {
        plan: this.#planned,
        snapshot: this.#snapshot,
        'read-through': this.#readThrough,
        delta: this.#newKeys,
      }[by];
    if (isPlanned) return this.#planned;
    if (found === undefined) return this.#unanswered;
    if (rowless) return rowless;
    if (!found && this.#rowless.size < followedKeys) {
      const counted = { ...none(), isFound: false };
      this.#rowless.set(key, counted);
      return counted;
    }
    return hit && this.#fetched.has(key) ? this.#readThrough : this.#snapshot;
  }

  /** Keys whose kind the history tells. */
  get openKeys(): Iterable<string> {
    return this.#rowless.keys();
  }

  /** `known`: what the history knew before the plan's origin; undefined without a history. */
  result(known: KnownKeys | undefined): KindsOfReads {
    const snapshot = { ...this.#snapshot };
    const newKeys = { ...this.#newKeys };
    const noSuchRow = none();
    for (const [key, { reads, hits, isFound }] of this.#rowless) {
      const kind = !isFound ? noSuchRow : known?.get(key) === undefined ? newKeys : snapshot;
      kind.reads += reads;
      kind.hits += hits;
    }
    return {
      planned: { ...this.#planned },
      snapshot,
      readThrough: this.#served ? { ...this.#readThrough } : undefined,
      newKeys: this.#served ? newKeys : undefined,
      noSuchRow: this.#served ? noSuchRow : undefined,
      unanswered: this.#served ? { ...this.#unanswered } : undefined,
    };
  }
}

function none(): HitCount {
  return { reads: 0, hits: 0 };
}

function add(count: HitCount, hit: boolean): void {
  count.reads += 1;
  if (hit) count.hits += 1;
}
