import type { ScanKey } from './key-codec.ts';

/** Rows read in one transaction, as an image, with the watermark of that moment. */
export interface Chunk {
  image: Buffer;
  rows: number;
  watermark: number;
}

/** Planned rows. */
export interface HotChunk extends Chunk {
  /** How many of the keys asked for this chunk covers; the rest is to be asked for again. */
  keysRead: number;
  /** Keys among them that the table does not hold, or that cannot be keys of it. */
  missing: number;
  /** What the values of the rows have; the image is larger, and much larger than a few rows. */
  valueBytes: number;
  /** `rowDigests` of the keys covered; empty where they were not asked for. */
  digests: Buffer;
}

/** Rows of those planned keys under which another replica had something else. */
export interface Settlement {
  image: Buffer;
  /** The keys that differ, so that a joiner can replace what it has under them. */
  keyImage: Buffer;
  rows: number;
  keysRead: number;
  differing: number;
}

/** The next rows in scan order, without those that went ahead as planned rows. */
export interface SnapshotChunk extends Chunk {
  /** The last place that this chunk covers; undefined where it reaches the end of the table. */
  to: ScanKey | undefined;
  /** Keys in the log. */
  backlog: number;
}

/**
 * Changed keys, oldest first, with the rows that they have now; a key without a row is a tombstone. `watermark` is the
 * last change covered. `complete`: nothing newer is in the log, so that a joiner who applied it is where the donor was.
 */
export interface DeltaChunk extends Chunk {
  keys: number;
  complete: boolean;
  /** Keys that are left in the log past this chunk. */
  backlog: number;
  /** AUTOINCREMENT's counter at the donor, in decimal digits. */
  lastRowid?: string | undefined;
  /** All keys in the log. */
  logKeys: number;
}

/** Digest of a stretch of the scan order. */
export interface RangeChunk {
  to: ScanKey | undefined;
  rows: number;
  digest: string;
}

/** Keys that changed while ranges were compared, with their rows. */
export interface Recheck {
  keyImage: Buffer;
  image: Buffer;
  digest: string;
  keys: number;
  rows: number;
  /** The last change covered. */
  until: number;
  /** True where it covers all changes up to this moment. */
  complete: boolean;
  /** AUTOINCREMENT's counter at the donor, in decimal digits. */
  lastRowid: string | undefined;
}
