import type { AccessHistory, KeySeries } from '../history/access-history.ts';
import { canonicalLogKey } from './plan-text.ts';

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

  /**
   * Looks the missed keys up in the history as it stood at `originMs`; goes through all of the history once. Undefined
   * where the history begins later, and so knows nothing.
   */
  explain(
    history: AccessHistory,
    originMs: number,
    halfLifeMs: number,
    signal?: AbortSignal,
  ): MissedShares | undefined {
    if ((history.summary().firstMs ?? Number.POSITIVE_INFINITY) >= originMs) return undefined;
    const shares: MissedShares = { recent: 0, older: 0, unseen: 0, uncounted: this.uncounted };
    const open = new Map(this.byKey);
    for (const series of open.size === 0 ? [] : history.series()) {
      signal?.throwIfAborted();
      const key = canonicalLogKey(series.key);
      const reads = open.get(key);
      if (reads === undefined) continue;
      const lastMs = lastReadBefore(series, originMs, history.bucketMs);
      if (lastMs === undefined) continue;
      open.delete(key);
      if (originMs - lastMs <= halfLifeMs) shares.recent += reads;
      else shares.older += reads;
    }
    for (const reads of open.values()) shares.unseen += reads;
    return shares;
  }
}

/** End of the last bucket with a read; one that goes past the origin is left out, since its reads may have come later. */
function lastReadBefore(
  { buckets, reads }: KeySeries,
  originMs: number,
  bucketMs: number,
): number | undefined {
  for (let index = buckets.length - 1; index >= 0; index--) {
    const endMs = ((buckets[index] ?? 0) + 1) * bucketMs;
    if (endMs <= originMs && (reads[index] ?? 0) > 0) return endMs;
  }
  return undefined;
}
