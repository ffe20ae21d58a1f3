import type { BucketSeries } from './series-codec.ts';

/** The accesses of one key at one replica. Times are milliseconds since the epoch. */
export interface KeyAccesses {
  key: string;
  /** Ascending, none empty. The first `length` places are the key's. */
  series: BucketSeries;
  length: number;
  reads: number;
  writes: number;
  firstMs: number;
  lastMs: number;
  lastReadMs: number | undefined;
  sizeBytes: number | undefined;
}
