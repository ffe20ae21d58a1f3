/** Time in bucket numbers, as the access history counts it. All ranges are half open. */
export interface TimeGrid {
  bucketMs: number;
  originMs: number;
  horizonMs: number;
  /** The horizon in whole buckets, at least one. */
  horizonBuckets: number;
  /** The first bucket of the history. */
  first: number;
  /** End of the past: the bucket that holds the origin belongs to it as far as its events are earlier. */
  end: number;
  /** End of the buckets that are complete at the origin, or of the history where that ends long before. */
  fullEnd: number;
  /**
   * Starts of the backtest's windows, oldest first; each is `horizonBuckets` long and the last ends at `fullEnd`. They stand a horizon
   * apart, or overlap where the history is too short for that.
   */
  origins: number[];
}

/** More windows cost time for every key, fewer make the choice noisy; sixteen days cover each weekday twice. */
export const maxOrigins = 16;
/** With so many keys, a window tells as much as several windows of few. */
const manyKeys = 300_000;
const maxOriginsOfMany = 8;
/** A window is only used where at least this share of the history lies before it. */
const minPastShare = 0.2;

export function timeGrid(
  history: { bucketMs: number; firstMs: number; lastMs: number; keys: number },
  originMs: number,
  horizonMs: number,
): TimeGrid {
  const { bucketMs, keys } = history;
  const windows = keys > manyKeys ? maxOriginsOfMany : maxOrigins;
  const bucketOf = (timeMs: number) => Math.floor(timeMs / bucketMs);
  const first = bucketOf(history.firstMs);
  // A short silence before the origin is traffic like any other; a long one is a log that ends.
  const knownUntilMs = originMs - history.lastMs <= horizonMs ? originMs : history.lastMs + bucketMs;
  const end = bucketOf(knownUntilMs) + 1;
  const fullEnd = Math.max(first, bucketOf(knownUntilMs));
  const horizonBuckets = Math.max(1, Math.round(horizonMs / bucketMs));
  const latest = fullEnd - horizonBuckets;
  const earliest = first + Math.max(1, Math.ceil((fullEnd - first) * minPastShare));
  const room = Math.floor((latest - earliest) / (windows - 1));
  const spacing = Math.max(1, Math.min(horizonBuckets, room));
  const origins: number[] = [];
  for (let start = latest; start >= earliest && origins.length < windows; start -= spacing)
    origins.unshift(start);
  return { bucketMs, originMs, horizonMs, horizonBuckets, first, end, fullEnd, origins };
}
