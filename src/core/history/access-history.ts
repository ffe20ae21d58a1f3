/** What the access history can be asked. Times are milliseconds since the epoch. */
export interface AccessHistory {
  /** Width of a bucket in milliseconds. */
  readonly bucketMs: number;
  summary(): HistorySummary;
  /** Every key once, in an order that stays the same as long as the history does; streamed, never held whole. */
  series(): IterableIterator<KeySeries>;
}

/** A history that can be asked for a single key. */
export interface KeyedHistory extends AccessHistory {
  /** Without a look at most other keys; undefined where the history does not have it. */
  seriesOf(key: string): KeySeries | undefined;
}

export interface HistorySummary {
  events: number;
  keys: number;
  reads: number;
  writes: number;
  /** Undefined while the history is empty. */
  firstMs: number | undefined;
  lastMs: number | undefined;
  replicas: string[];
}

/** The accesses of one key over all replicas. The arrays run side by side, ascending by `buckets`. */
export interface KeySeries {
  /** The key as the log has it. */
  key: string;
  /** Bucket numbers: bucket b covers [b * bucketMs, (b + 1) * bucketMs). */
  buckets: Int32Array;
  reads: Uint32Array;
  writes: Uint32Array;
  firstMs: number;
  lastMs: number;
  /** The last read's exact time; undefined for a key that was only written. */
  lastReadMs: number | undefined;
  /** The size that the log gave last, in bytes. */
  sizeBytes: number | undefined;
  /** Reads per replica, in the order of `HistorySummary.replicas`. */
  readsByReplica: number[];
}
