import type { StateDatabase } from '../../state/open.ts';
import { type BucketSeries, decodeSeries, encodeSeries, mergeSeries } from '../series-codec.ts';
import { CountMin } from './count-min.ts';
import { HyperLogLog } from './hyper-log-log.ts';

/** What is kept of keys that have no series of their own. Times are milliseconds since the epoch. */
export interface KeySketch {
  reads: number;
  writes: number;
  firstMs: number;
  lastMs: number;
  /** Of all these keys together. */
  series: BucketSeries;
  keys: HyperLogLog;
  keyReads: CountMin;
}

interface SketchRow {
  reads: number;
  writes: number;
  first_ms: number;
  last_ms: number;
  series: Buffer;
  keys: Buffer;
  key_reads: Buffer;
}

/** The sketch of a replica, by its number; undefined where every key has its series. */
export function loadSketch(db: StateDatabase, replica: number): KeySketch | undefined {
  const row = db.prepare<[number], SketchRow>('SELECT * FROM history_sketch WHERE replica = ?').get(replica);
  return (
    row && {
      reads: row.reads,
      writes: row.writes,
      firstMs: row.first_ms,
      lastMs: row.last_ms,
      series: decodeSeries(row.series),
      keys: HyperLogLog.fromBytes(row.keys),
      keyReads: CountMin.fromBytes(row.key_reads),
    }
  );
}

/** Adds to the replica's sketch, within the caller's transaction; `added` is not to be used any more. */
export function addToSketch(db: StateDatabase, replica: number, added: KeySketch): void {
  const stored = loadSketch(db, replica);
  if (stored) {
    added.keys.merge(stored.keys);
    added.keyReads.merge(stored.keyReads);
  }
  const row: SketchRow = {
    reads: added.reads + (stored?.reads ?? 0),
    writes: added.writes + (stored?.writes ?? 0),
    first_ms: Math.min(added.firstMs, stored?.firstMs ?? Number.POSITIVE_INFINITY),
    last_ms: Math.max(added.lastMs, stored?.lastMs ?? 0),
    series: encodeSeries(stored ? mergeSeries(stored.series, added.series) : added.series),
    keys: added.keys.toBytes(),
    key_reads: added.keyReads.toBytes(),
  };
  db.prepare(
    `INSERT OR REPLACE INTO history_sketch (replica, reads, writes, first_ms, last_ms, series, keys, key_reads)
     VALUES (@replica, @reads, @writes, @first_ms, @last_ms, @series, @keys, @key_reads)`,
  ).run({ replica, ...row });
}
