import type { KnownKeys } from './known-keys.ts';

/** Reads of keys that were not planned, by what the history knew of the key at the plan's origin. */
export interface MissedShares {
  /** Read within one half-life before the origin: the forecast looked past it. */
  recent: number;
  /** Read before, but longer ago than one half-life: the forecast had forgotten it. */
  older: number;
  /** Never read before the origin: no forecast by key could have known it. */
  unseen: number;
  /** Reads of keys past the number that is followed. */
  uncounted: number;
}

const followedKeys = 100_000;

/** Counts missed reads by key, for the first 100,000 keys, so that a log of ever new keys costs bounded memory. */
export class MissedReads {
  private readonly byKey = new Map<string, number>();
  private uncounted = 0;

  take(key: string): void {
    const reads = this.byKey.get(key);
    if (reads === undefined && this.byKey.size >= followedKeys) this.uncounted += 1;
    else this.byKey.set(key, (reads ?? 0) + 1);
  }

  get keys(): Iterable<string> {
    return this.byKey.keys();
  }

  /** By what was `known` at `originMs`. */
  explain(known: KnownKeys, originMs: number, halfLifeMs: number): MissedShares {
    const shares: MissedShares = { recent: 0, older: 0, unseen: 0, uncounted: this.uncounted };
    for (const [key, reads] of this.byKey) {
      const lastMs = known.get(key);
      if (lastMs === undefined) shares.unseen += reads;
      else if (originMs - lastMs <= halfLifeMs) shares.recent += reads;
      else shares.older += reads;
    }
    return shares;
  }
}
