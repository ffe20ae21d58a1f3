import { CountMin } from './count-min.ts';
import { HyperLogLog } from './hyper-log-log.ts';

/** What is kept of keys that are too cold to be kept one by one. Times are milliseconds since the epoch, of no meaning without keys. */
export interface KeySketch {
  reads: number;
  writes: number;
  firstMs: number;
  lastMs: number;
  /** The keys, to be counted. */
  keys: HyperLogLog;
  /** The reads of each. */
  keyReads: CountMin;
}

/** A sketch as plain data, for the state file and for threads. */
export interface PackedSketch {
  reads: number;
  writes: number;
  firstMs: number;
  lastMs: number;
  keys: Uint8Array;
  keyReads: Uint8Array;
}

export function emptySketch(): KeySketch {
  return {
    reads: 0,
    writes: 0,
    firstMs: Number.POSITIVE_INFINITY,
    lastMs: 0,
    keys: new HyperLogLog(),
    keyReads: new CountMin(),
  };
}

/** Adds to `sketch` what `other` holds. */
export function mergeSketch(sketch: KeySketch, other: KeySketch): void {
  sketch.reads += other.reads;
  sketch.writes += other.writes;
  sketch.firstMs = Math.min(sketch.firstMs, other.firstMs);
  sketch.lastMs = Math.max(sketch.lastMs, other.lastMs);
  sketch.keys.merge(other.keys);
  sketch.keyReads.merge(other.keyReads);
}

export function packSketch(sketch: KeySketch): PackedSketch {
  return { ...sketch, keys: sketch.keys.toBytes(), keyReads: sketch.keyReads.toBytes() };
}

/** Undoes `packSketch`. Throws a RangeError for bytes that it did not make. */
export function unpackSketch(packed: PackedSketch): KeySketch {
  return {
    ...packed,
    keys: HyperLogLog.fromBytes(packed.keys),
    keyReads: CountMin.fromBytes(packed.keyReads),
  };
}
