/** Accesses per bucket; the arrays run side by side, ascending by bucket, no bucket twice, none empty. */
export interface BucketSeries {
  buckets: Int32Array;
  reads: Uint32Array;
  writes: Uint32Array;
}

/** What follows a bucket's distance: nothing for the most frequent case, one read. */
const Shape = { oneRead: 0, reads: 1, writes: 2, both: 3 } as const;

/** No bucket takes more: a varint of 34 bits and two of 32. */
const maxBucketBytes = 15;

/**
 * Packs a series: for each bucket a varint (LEB128) of `distance * 4 + shape`, where distance counts from the bucket
 * before (from 0 at first), then the reads and the writes as varints as far as the shape asks for them. Only the first `count` buckets
 * are packed.
 */
export function encodeSeries({ buckets, reads, writes }: BucketSeries, count = buckets.length): Buffer {
  const packed = Buffer.allocUnsafe(count * maxBucketBytes);
  let at = 0;
  let last = 0;
  for (let i = 0; i < count; i++) {
    const bucket = buckets[i] as number;
    const readCount = reads[i] as number;
    const writeCount = writes[i] as number;
    const shape =
      writeCount === 0
        ? readCount === 1
          ? Shape.oneRead
          : Shape.reads
        : readCount === 0
          ? Shape.writes
          : Shape.both;
    at = putVarint(packed, at, (bucket - last) * 4 + shape);
    if (shape === Shape.reads || shape === Shape.both) at = putVarint(packed, at, readCount);
    if (shape === Shape.writes || shape === Shape.both) at = putVarint(packed, at, writeCount);
    last = bucket;
  }
  return packed.subarray(0, at);
}

/** Undoes `encodeSeries`. Throws a RangeError for bytes that end too early. */
export function decodeSeries(packed: Uint8Array): BucketSeries {
  const count = countBuckets(packed);
  const series = {
    buckets: new Int32Array(count),
    reads: new Uint32Array(count),
    writes: new Uint32Array(count),
  };
  const cursor = { at: 0 };
  let bucket = 0;
  for (let i = 0; i < count; i++) {
    const head = takeVarint(packed, cursor);
    const shape = head % 4;
    bucket += (head - shape) / 4;
    series.buckets[i] = bucket;
    series.reads[i] = shape === Shape.oneRead ? 1 : shape === Shape.writes ? 0 : takeVarint(packed, cursor);
    series.writes[i] = shape >= Shape.writes ? takeVarint(packed, cursor) : 0;
  }
  return series;
}

/** Adds two series up. */
export function mergeSeries(a: BucketSeries, b: BucketSeries): BucketSeries {
  if (a.buckets.length === 0) return b;
  if (b.buckets.length === 0) return a;
  const size = a.buckets.length + b.buckets.length;
  const merged = {
    buckets: new Int32Array(size),
    reads: new Uint32Array(size),
    writes: new Uint32Array(size),
  };
  let count = 0;
  let i = 0;
  let j = 0;
  while (i < a.buckets.length || j < b.buckets.length) {
    const left = a.buckets[i] ?? Number.POSITIVE_INFINITY;
    const right = b.buckets[j] ?? Number.POSITIVE_INFINITY;
    const bucket = Math.min(left, right);
    merged.buckets[count] = bucket;
    merged.reads[count] =
      (left === bucket ? (a.reads[i] as number) : 0) + (right === bucket ? (b.reads[j] as number) : 0);
    merged.writes[count] =
      (left === bucket ? (a.writes[i] as number) : 0) + (right === bucket ? (b.writes[j] as number) : 0);
    if (left === bucket) i++;
    if (right === bucket) j++;
    count++;
  }
  return {
    buckets: merged.buckets.slice(0, count),
    reads: merged.reads.slice(0, count),
    writes: merged.writes.slice(0, count),
  };
}

function countBuckets(packed: Uint8Array): number {
  const cursor = { at: 0 };
  let count = 0;
  while (cursor.at < packed.length) {
    const shape = takeVarint(packed, cursor) % 4;
    if (shape !== Shape.oneRead) takeVarint(packed, cursor);
    if (shape === Shape.both) takeVarint(packed, cursor);
    count++;
  }
  return count;
}

function putVarint(bytes: Uint8Array, start: number, number: number): number {
  let at = start;
  let rest = number;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128;
  bytes[at++] = rest;
  return at;
}

function takeVarint(bytes: Uint8Array, cursor: { at: number }): number {
  let number = 0;
  for (let weight = 1; ; weight *= 128) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) throw new RangeError('a series ends in the middle of a number');
    number += (byte & 127) * weight;
    if (byte < 128) return number;
  }
}
