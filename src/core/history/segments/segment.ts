import { ByteReader, ByteWriter, maxVarintBytes } from './byte-writer.ts';
import { compareBytes } from './order-hash.ts';
import type { RowAccesses } from './row-accesses.ts';

/** A segment is closed at the first row that ends behind this. */
const fullBytes = 64 * 1024;

/**
 * Rows of ascending order hash, and ascending keys where hashes are the same, one behind the other: a varint of the hash's distance from
 * the row before (from 0 at first), a varint of how long the row is from there, a varint of the key's length, the key, and its
 * accesses (RowAccesses). A segment can be read without any other.
 */
export interface Segment {
  bytes: Uint8Array;
  firstHash: number;
  rows: number;
}

/** Packs rows, which must come in their order, into segments. */
export class SegmentPacker {
  readonly #onSegment: (segment: Segment) => void;
  readonly #bucketMs: number;
  readonly #out = new ByteWriter();
  readonly #row = new ByteWriter();
  #rows = 0;
  #firstHash = 0;
  #lastHash = 0;

  /** The segment's bytes are the receiver's. */
  constructor(bucketMs: number, onSegment: (segment: Segment) => void) {
    this.#bucketMs = bucketMs;
    this.#onSegment = onSegment;
  }

  add(hash: number, key: Uint8Array, keyStart: number, keyEnd: number, accesses: RowAccesses): void {
    const row = this.#row;
    row.at = 0;
    row.reserve(maxVarintBytes + keyEnd - keyStart);
    row.putVarint(keyEnd - keyStart);
    row.putBytes(key, keyStart, keyEnd);
    accesses.pack(row, this.#bucketMs);
    this.addPacked(hash, row.bytes, 0, row.at);
  }

  /** Adds a row as another segment has it, from the key's length on. */
  addPacked(hash: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#rows === 0) this.#firstHash = hash;
    const out = this.#out;
    out.reserve(2 * maxVarintBytes + end - start);
    out.putVarint(hash - this.#lastHash);
    out.putVarint(end - start);
    out.putBytes(bytes, start, end);
    this.#lastHash = hash;
    this.#rows++;
    if (out.at >= fullBytes) this.flush();
  }

  /** Closes the running segment, if there is one. */
  flush(): void {
    if (this.#rows === 0) return;
    this.#onSegment({
      bytes: this.#out.bytes.slice(0, this.#out.at),
      firstHash: this.#firstHash,
      rows: this.#rows,
    });
    this.#out.at = 0;
    this.#rows = 0;
    this.#lastHash = 0;
  }
}

/** Where segments come from, in their order. */
export interface SegmentSource {
  /** The next segment's bytes, valid until the next call; undefined behind the last. */
  next(): Uint8Array | undefined;
  /**
   * Passes over segments that end before `hash`. Returns whether the segment that was given last does so too. May be left out where passing over
   * costs as much as reading.
   */
  skipTo?(hash: number): boolean;
}

/** The cursor that stands on the first of all keys; undefined where all are at their ends. */
export function firstOf(inputs: readonly { cursor: RowCursor }[]): RowCursor | undefined {
  let first: RowCursor | undefined;
  for (const { cursor } of inputs) {
    if (cursor.isAtEnd || (first && cursor.hash > first.hash)) continue;
    if (
      !first ||
      cursor.hash < first.hash ||
      cursor.compareKey(first.bytes, first.keyStart, first.keyEnd) < 0
    )
      first = cursor;
  }
  return first;
}

/** Walks the rows of sorted segments. */
export class RowCursor {
  /** Of the row that the cursor stands on; infinite behind the last. */
  hash = -1;
  /** What the row lies in, from the key's length on: [rowStart, rowEnd). The key is [keyStart, keyEnd). */
  bytes: Uint8Array = new Uint8Array(0);
  rowStart = 0;
  rowEnd = 0;
  keyStart = 0;
  keyEnd = 0;
  readonly #source: SegmentSource;
  readonly #reader = new ByteReader();

  constructor(source: SegmentSource) {
    this.#source = source;
  }

  get isAtEnd(): boolean {
    return this.hash === Number.POSITIVE_INFINITY;
  }

  /** As `compareBytes`, the key against the bytes [start, end). */
  compareKey(bytes: Uint8Array, start: number, end: number): number {
    return compareBytes(this.bytes, this.keyStart, this.keyEnd, bytes, start, end);
  }

  /** Goes to the next row. Throws a RangeError for bytes that are no segment. */
  advance(): void {
    const reader = this.#reader;
    let isFirst = false;
    while (this.rowEnd >= this.bytes.length) {
      const bytes = this.#source.next();
      if (!bytes) {
        this.hash = Number.POSITIVE_INFINITY;
        return;
      }
      this.bytes = bytes;
      this.rowEnd = 0;
      reader.bytes = bytes;
      isFirst = true;
    }
    reader.at = this.rowEnd;
    const distance = reader.takeVarint();
    this.hash = isFirst ? distance : this.hash + distance;
    const length = reader.takeVarint();
    this.rowStart = reader.at;
    this.rowEnd = reader.at + length;
    const keyLength = reader.takeVarint();
    this.keyStart = reader.at;
    this.keyEnd = reader.at + keyLength;
    if (this.rowEnd > this.bytes.length || this.keyEnd > this.rowEnd)
      throw new RangeError('a segment ends in the middle of a row');
  }

  /** Goes to the first row, from where it stands, whose hash is at least `hash`. */
  advanceTo(hash: number): void {
    if (this.hash >= hash) return;
    if (this.#source.skipTo?.(hash)) this.rowEnd = this.bytes.length;
    do this.advance();
    while (this.hash < hash);
  }

  unpack(into: RowAccesses, bucketMs: number): void {
    this.#reader.at = this.keyEnd;
    into.unpack(this.#reader, this.rowEnd, bucketMs);
  }
}
