import { setImmediate } from 'node:timers/promises';
import type { AccessHistory, KeySeries } from '../history/access-history.ts';
import { canonicalLogKey } from '../metrics/plan-text.ts';
import type { KeySample } from './key-sample.ts';
import { KnownKeys } from './known-keys.ts';
import { ReadColumns } from './read-columns.ts';

const keysPerTurn = 8192;

/** An access history on both sides of an origin. */
export interface PastAndFuture {
  keys: KnownKeys;
  /** Reads after the origin, by the history's buckets. */
  reads: ReadColumns;
  /** Of each key that was written after the origin: when first, in milliseconds from there. */
  firstWriteMs: number[];
  /** Side by side with it: the places of these keys. */
  writtenKeys: number[];
}

/**
 * Goes through the history once. What lies in the origin's own bucket is of the future, and where the history keeps the reads apart, none of
 * it of the past: an origin at the beginning of a bucket loses nothing. Of the future `untilMs` is the end; it holds `mostReads` at most.
 */
export async function splitHistory(
  history: AccessHistory,
  sample: KeySample,
  {
    originMs,
    untilMs,
    mostReads,
    signal,
  }: { originMs: number; untilMs: number; mostReads: number; signal: AbortSignal },
): Promise<PastAndFuture> {
  const { bucketMs } = history;
  const keys = new KnownKeys();
  const reads = new ReadColumns(mostReads);
  const firstWriteMs: number[] = [];
  const writtenKeys: number[] = [];
  let seen = 0;
  for (const series of sample.of(history).series()) {
    if (++seen % keysPerTurn === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
    const name = canonicalLogKey(series.key);
    const scanPlace = sample.placeOf(series.key);
    const past = pastOf(series, originMs, bucketMs);
    const key = keys.add(name, { ...past, scanPlace });
    let isWritten = false;
    for (let i = past.buckets; i < series.buckets.length; i++) {
      const fromMs = (series.buckets[i] as number) * bucketMs - originMs;
      if (fromMs + originMs >= untilMs) break;
      if ((series.reads[i] as number) > 0) reads.add(fromMs, key, series.reads[i] as number);
      if (isWritten || series.writes[i] === 0) continue;
      // Somewhere in its bucket; the place in the scan is as good as any.
      const writtenMs = fromMs + scanPlace * bucketMs;
      if (writtenMs <= 0) continue;
      isWritten = true;
      firstWriteMs.push(writtenMs);
      writtenKeys.push(key);
    }
  }
  return { keys, reads, firstWriteMs, writtenKeys };
}

/** What was known at the origin, and how many buckets that is. */
function pastOf(
  { buckets, reads, writes, lastReadMs, sizeBytes, firstMs }: KeySeries,
  originMs: number,
  bucketMs: number,
) {
  let pastReads = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  let past = 0;
  for (; past < buckets.length; past++) {
    const endMs = ((buckets[past] as number) + 1) * bucketMs;
    if (endMs > originMs) break;
    pastReads += reads[past] as number;
    if ((reads[past] as number) > 0) lastMs = endMs;
  }
  const isExact = lastReadMs !== undefined && lastReadMs <= originMs && pastReads > 0;
  return {
    buckets: past,
    pastReads,
    lastReadMs: isExact ? lastReadMs : lastMs,
    sizeBytes: sizeBytes ?? Number.NaN,
    isNew: past === 0 && firstMs >= originMs && (writes[0] ?? 0) > 0,
  };
}
