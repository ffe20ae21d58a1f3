import type { LayoutChoice } from '../access-log/layout.ts';
import type { Clock } from '../clock.ts';
import type { RowProgress } from './clickhouse/pass-progress.ts';
import type { PartLimits } from './clickhouse/slices.ts';
import type { BatchLimits } from './counting/access-batch.ts';
import type { StoredBytes } from './reading-progress.ts';

export interface IngestOptions extends LayoutChoice {
  /** End with a `data` error at the first line that cannot be read. */
  strict?: boolean | undefined;
  /** Forget what was read before. */
  rebuild?: boolean | undefined;
  /** The coldest keys beyond are folded into a sketch. */
  maxKeys?: number | undefined;
  stdin?: AsyncIterable<Buffer> | undefined;
  signal?: AbortSignal | undefined;
  clock?: Clock | undefined;
  /** Leave a last record without its end for a later run: its rest may be on its way. */
  leavesOpenRecord?: boolean | undefined;
  onProgress?: ((progress: IngestProgress) => void) | undefined;
  /** For ClickHouse. */
  password?: string | undefined;
  /** For tests: how much ClickHouse counts in one query. */
  partLimits?: PartLimits | undefined;
  /** For tests: how much is counted in memory before it is spilled, by how many threads, in blocks of how many bytes, and how many come before the threads do. */
  limits?: BatchLimits | undefined;
  threads?: number | undefined;
  blockBytes?: number | undefined;
  inlineBytes?: number | undefined;
}

/** A history of so many keys, with a few accesses each, takes about 1 GB. */
export const defaultMaxKeys = 20_000_000;

export interface IngestProgress extends StoredBytes {
  path: string;
  /** All so far, over all files; bytes after decompression. */
  events: number;
  bytes: number;
  /** While a table at ClickHouse is read. */
  table?: RowProgress;
}
