import type { AccessHistory, KeySeries } from '../history/access-history.ts';
import { canonicalLogKey } from './plan-text.ts';

/** What a history knew of a key before a moment: the end of the last bucket with a read, undefined where there was none before. */
export type KnownKeys = ReadonlyMap<string, number | undefined>;

/** Those of the keys that are in the history at all; goes through all of it once. */
export function knownAmong(
  history: AccessHistory,
  keys: ReadonlySet<string>,
  beforeMs: number,
  signal?: AbortSignal,
): KnownKeys {
  const known = new Map<string, number | undefined>();
  for (const series of keys.size === 0 ? [] : history.series()) {
    signal?.throwIfAborted();
    const key = canonicalLogKey(series.key);
    if (!keys.has(key)) continue;
    known.set(key, lastReadBefore(series, beforeMs, history.bucketMs));
    if (known.size === keys.size) break;
  }
  return known;
}

/** A bucket that goes past the moment is left out, since its reads may have come later. */
function lastReadBefore(
  { buckets, reads }: KeySeries,
  beforeMs: number,
  bucketMs: number,
): number | undefined {
  for (let index = buckets.length - 1; index >= 0; index--) {
    const endMs = ((buckets[index] ?? 0) + 1) * bucketMs;
    if (endMs <= beforeMs && (reads[index] ?? 0) > 0) return endMs;
  }
  return undefined;
}
