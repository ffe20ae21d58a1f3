import { type ByteReader, type ByteWriter, maxVarintBytes } from './byte-writer.ts';

/** What follows a bucket's distance: nothing for the most frequent case, one read. */
const Shape = { oneRead: 0, reads: 1, writes: 2, both: 3 } as const;

const none = -1;

/**
 * The accesses of one key at one replica, in arrays that are used again for the next. `buckets`, `reads` and `writes` run side by
 * side, ascending by bucket, none empty; the first `length` places count.
 */
export class RowAccesses {
  buckets = new Int32Array(64);
  reads = new Uint32Array(64);
  writes = new Uint32Array(64);
  length = 0;
  firstMs = 0;
  lastMs = 0;
  /** -1 without a read. */
  lastReadMs: number = none;
  /** The size that the log gave last; -1 where it gave none. */
  sizeBytes: number = none;

  clear(): void {
    this.length = 0;
    this.firstMs = Number.POSITIVE_INFINITY;
    this.lastMs = none;
    this.lastReadMs = none;
    this.sizeBytes = none;
  }

  /** Appends a bucket behind the last one. */
  push(bucket: number, reads: number, writes: number): void {
    if (this.length === this.buckets.length) this.#grow(this.length * 2);
    this.buckets[this.length] = bucket;
    this.reads[this.length] = reads;
    this.writes[this.length++] = writes;
  }

  /** Becomes the sum of two others. */
  setSum(a: RowAccesses, b: RowAccesses): void {
    this.clear();
    if (this.buckets.length < a.length + b.length) this.#grow(a.length + b.length);
    for (let i = 0, j = 0; i < a.length || j < b.length; ) {
      const left = i < a.length ? (a.buckets[i] as number) : Number.POSITIVE_INFINITY;
      const right = j < b.length ? (b.buckets[j] as number) : Number.POSITIVE_INFINITY;
      const bucket = Math.min(left, right);
      const isLeft = left === bucket;
      const isRight = right === bucket;
      this.push(
        bucket,
        (isLeft ? (a.reads[i] as number) : 0) + (isRight ? (b.reads[j] as number) : 0),
        (isLeft ? (a.writes[i] as number) : 0) + (isRight ? (b.writes[j] as number) : 0),
      );
      if (isLeft) i++;
      if (isRight) j++;
    }
    this.firstMs = Math.min(a.firstMs, b.firstMs);
    this.lastMs = Math.max(a.lastMs, b.lastMs);
    this.lastReadMs = Math.max(a.lastReadMs, b.lastReadMs);
    const [later, earlier] = b.lastMs >= a.lastMs ? [b, a] : [a, b];
    this.sizeBytes = later.sizeBytes >= 0 ? later.sizeBytes : earlier.sizeBytes;
  }

  totalReads(): number {
    return sum(this.reads, this.length);
  }

  totalWrites(): number {
    return sum(this.writes, this.length);
  }

  /**
   * Packs the accesses: the size and how long before the last access the last read was, each plus one, 0 for none; how long after their
   * buckets' beginnings the first and the last access were; then the buckets.
   */
  pack(writer: ByteWriter, bucketMs: number): void {
    const { buckets, length } = this;
    writer.reserve(4 * maxVarintBytes);
    writer.putVarint(this.sizeBytes + 1);
    writer.putVarint(this.lastReadMs < 0 ? 0 : this.lastMs - this.lastReadMs + 1);
    writer.putVarint(this.firstMs - (buckets[0] as number) * bucketMs);
    writer.putVarint(this.lastMs - (buckets[length - 1] as number) * bucketMs);
    this.packBuckets(writer);
  }

  /**
   * For each bucket a varint (LEB128) of `distance * 4 + shape`, where distance counts from the bucket before (from 0 at first), then its reads and
   * writes as varints as far as the shape asks for them.
   */
  packBuckets(writer: ByteWriter): void {
    const { buckets, reads, writes, length } = this;
    writer.reserve(3 * length * maxVarintBytes);
    let last = 0;
    for (let i = 0; i < length; i++) {
      const bucket = buckets[i] as number;
      const readCount = reads[i] as number;
      const writeCount = writes[i] as number;
      const shape = shapeOf(readCount, writeCount);
      writer.putVarint((bucket - last) * 4 + shape);
      if (shape === Shape.reads || shape === Shape.both) writer.putVarint(readCount);
      if (shape >= Shape.writes) writer.putVarint(writeCount);
      last = bucket;
    }
  }

  /** Undoes `pack`. The packed bytes are the reader's from where it stands to `end`. */
  unpack(reader: ByteReader, end: number, bucketMs: number): void {
    this.sizeBytes = reader.takeVarint() - 1;
    const sinceRead = reader.takeVarint();
    const afterFirst = reader.takeVarint();
    const afterLast = reader.takeVarint();
    const last = this.unpackBuckets(reader, end);
    this.firstMs = (this.length > 0 ? (this.buckets[0] as number) : 0) * bucketMs + afterFirst;
    this.lastMs = last * bucketMs + afterLast;
    this.lastReadMs = sinceRead === 0 ? none : this.lastMs - sinceRead + 1;
  }

  /** Undoes `packBuckets`; returns the last bucket, 0 where there is none. */
  unpackBuckets(reader: ByteReader, end: number): number {
    this.length = 0;
    let bucket = 0;
    while (reader.at < end) {
      const head = reader.takeVarint();
      const shape = head & 3;
      bucket += (head - shape) / 4;
      const reads = shape === Shape.oneRead ? 1 : shape === Shape.writes ? 0 : reader.takeVarint();
      this.push(bucket, reads, shape >= Shape.writes ? reader.takeVarint() : 0);
    }
    return bucket;
  }

  #grow(length: number): void {
    const grown = <T extends Int32Array | Uint32Array>(from: T, to: T): T => {
      to.set(from.subarray(0, this.length));
      return to;
    };
    this.buckets = grown(this.buckets, new Int32Array(length));
    this.reads = grown(this.reads, new Uint32Array(length));
    this.writes = grown(this.writes, new Uint32Array(length));
  }
}

function shapeOf(reads: number, writes: number): number {
  if (writes !== 0) return reads === 0 ? Shape.writes : Shape.both;
  return reads === 1 ? Shape.oneRead : Shape.reads;
}

function sum(values: Uint32Array, length: number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += values[i] as number;
  return total;
}
