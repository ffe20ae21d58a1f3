import type { BucketSeries } from '../series-codec.ts';
import type { ReadLevel } from '../skew.ts';

/** Traffic of one replica, all its keys together. Times are milliseconds since the epoch. */
export interface ReplicaTraffic {
  name: string;
  firstMs: number;
  lastMs: number;
  /** Distinct keys. */
  keys: number;
  reads: number;
  writes: number;
  /** Ascending. Minutes lately; older parts may be coarser: all of an hour's in its first minute. */
  perBucket: BucketSeries;
}

/** What a pass over all keys leaves. */
export interface KeyFigures {
  /** Keys that are kept, each with its accesses. */
  keys: number;
  /** About how many more there were, which were too cold to be kept one by one. */
  coldKeys: number;
  /** Keys that were read equally often, most reads first. */
  readLevels: ReadLevel[];
  /** Most reads first, ten at most. */
  hottest: HotKey[];
  /** Keys first seen on each UTC day (days since the epoch), ascending. */
  newKeysByDay: { day: number; keys: number }[];
  /** Distinct keys accessed in each hour (hours since the epoch), ascending, only where there are some. */
  activeByHour: { hour: number; keys: number }[];
  /** The same for each UTC day. */
  activeByDay: { day: number; keys: number }[];
  /** By the index of the replica: keys that only it sees. */
  onlyAt: number[];
}

export interface HotKey {
  key: string;
  reads: number;
  writes: number;
  /** The size that the log gave last. */
  sizeBytes: number | undefined;
  /** The key's own accesses over all replicas. */
  series: BucketSeries;
}
