import { type KeySteps, keySteps } from '../../forecast/explain/key-series.ts';
import type { KeyedHistory } from '../../history/access-history.ts';

/** What the access history knows of a key, up to the plan's origin and behind it. */
export interface KeyPast {
  /** Before the origin; undefined where the history begins behind it. */
  past: KeySteps | undefined;
  /** Over the whole history. */
  reads: number;
  writes: number;
  firstMs: number;
  lastMs: number;
  lastReadMs: number | undefined;
  /** Of the replicas that have read it. */
  readsByReplica: { replica: string; reads: number }[];
  /** What came since the origin; undefined where the history does not reach a bucket behind it. */
  since: { reads: number; writes: number; untilMs: number } | undefined;
}

/** Undefined for a key that the history does not have. `key` is as the access log has it. */
export function keyPast(history: KeyedHistory, key: string, originMs: number): KeyPast | undefined {
  const series = history.seriesOf(key);
  if (!series) return undefined;
  const { firstMs: begin = series.firstMs, lastMs: until = series.lastMs, replicas } = history.summary();
  const { bucketMs } = history;
  const { buckets, reads, writes } = series;
  const end = Math.min(Math.floor(originMs / bucketMs), Math.floor(until / bucketMs) + 1);
  const first = Math.floor(begin / bucketMs);
  const before = buckets.findLastIndex((bucket) => bucket < end) + 1;
  const pastSeries = { offsets: [0, before], buckets, reads, writes };
  const readsSince = sumFrom(reads, before);
  const writesSince = sumFrom(writes, before);
  return {
    past: end > first ? keySteps(pastSeries, 0, { first, end, bucketMs }) : undefined,
    reads: sumFrom(reads, 0),
    writes: sumFrom(writes, 0),
    firstMs: series.firstMs,
    lastMs: series.lastMs,
    lastReadMs: series.lastReadMs,
    readsByReplica: series.readsByReplica.flatMap((count, place) =>
      count > 0 ? [{ replica: replicas[place] ?? '?', reads: count }] : [],
    ),
    since:
      until - originMs >= bucketMs ? { reads: readsSince, writes: writesSince, untilMs: until } : undefined,
  };
}

function sumFrom(counts: Uint32Array, from: number): number {
  let sum = 0;
  for (let i = from; i < counts.length; i++) sum += counts[i] as number;
  return sum;
}
