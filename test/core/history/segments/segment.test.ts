import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareBytes, orderHash, rangeStart } from '../../../../src/core/history/segments/order-hash.ts';
import { RowAccesses } from '../../../../src/core/history/segments/row-accesses.ts';
import { RowCursor, type Segment, SegmentPacker } from '../../../../src/core/history/segments/segment.ts';

const bucketMs = 60_000;

/** A row as plain data. */
interface Row {
  key: string;
  buckets: { bucket: number; reads: number; writes: number }[];
  firstMs: number;
  lastMs: number;
  lastReadMs: number;
  sizeBytes: number;
}

const count = fc.oneof(fc.constantFrom(0, 1), fc.nat(2 ** 32 - 1));
const anyRow: fc.Arbitrary<Row> = fc
  .record({
    key: fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }).filter((key) => key.isWellFormed()),
    buckets: fc.uniqueArray(
      fc
        .record({ bucket: fc.nat(71_000_000), reads: count, writes: count }, { noNullPrototype: true })
        .filter((b) => b.reads + b.writes > 0),
      { minLength: 1, maxLength: 30, selector: ({ bucket }) => bucket },
    ),
    after: fc.nat(bucketMs - 1),
    sinceRead: fc.option(fc.nat(2 ** 40), { nil: undefined }),
    sizeBytes: fc.oneof(
      fc.constant(-1),
      fc.maxSafeNat().filter((size) => size < Number.MAX_SAFE_INTEGER),
    ),
  })
  .map(({ key, buckets, after, sinceRead, sizeBytes }) => {
    buckets.sort((a, b) => a.bucket - b.bucket);
    const lastMs = (buckets.at(-1)?.bucket ?? 0) * bucketMs + after;
    const firstMs = Math.min(lastMs, (buckets[0]?.bucket ?? 0) * bucketMs + (after >> 1));
    return {
      key,
      buckets,
      firstMs,
      lastMs,
      lastReadMs: sinceRead === undefined ? -1 : Math.max(0, lastMs - sinceRead),
      sizeBytes,
    };
  });

function fill(accesses: RowAccesses, row: Row): RowAccesses {
  accesses.clear();
  for (const { bucket, reads, writes } of row.buckets) accesses.push(bucket, reads, writes);
  const { firstMs, lastMs, lastReadMs, sizeBytes } = row;
  return Object.assign(accesses, { firstMs, lastMs, lastReadMs, sizeBytes });
}

function plain(key: string, accesses: RowAccesses): Row {
  const { buckets, reads, writes, length, firstMs, lastMs, lastReadMs, sizeBytes } = accesses;
  const found = Array.from({ length }, (_, i) => ({
    bucket: buckets[i] as number,
    reads: reads[i] as number,
    writes: writes[i] as number,
  }));
  return { key, buckets: found, firstMs, lastMs, lastReadMs, sizeBytes };
}

const hashOf = (key: string) => orderHash(Buffer.from(key), 0, Buffer.byteLength(key));

function inOrder(rows: Row[]): Row[] {
  return rows.sort(
    (a, b) => hashOf(a.key) - hashOf(b.key) || Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)),
  );
}

function pack(rows: Row[], bytesASegment: number): Segment[] {
  const segments: Segment[] = [];
  const packer = new SegmentPacker(bucketMs, (segment) => segments.push(segment));
  const accesses = new RowAccesses();
  let bytes = 0;
  for (const row of rows) {
    const key = Buffer.from(row.key);
    packer.add(hashOf(row.key), key, 0, key.length, fill(accesses, row));
    bytes += key.length;
    if (bytes >= bytesASegment) packer.flush();
    if (bytes >= bytesASegment) bytes = 0;
  }
  packer.flush();
  return segments;
}

function unpack(segments: Segment[]): Row[] {
  const rows: Row[] = [];
  const left = [...segments];
  const cursor = new RowCursor({ next: () => left.shift()?.bytes });
  const accesses = new RowAccesses();
  for (cursor.advance(); !cursor.isAtEnd; cursor.advance()) {
    const key = Buffer.from(cursor.bytes.subarray(cursor.keyStart, cursor.keyEnd)).toString();
    assert.equal(cursor.hash, hashOf(key));
    cursor.unpack(accesses, bucketMs);
    rows.push(plain(key, accesses));
  }
  return rows;
}

const anyRows = fc.uniqueArray(anyRow, { selector: ({ key }) => key, maxLength: 40 });

test('rows come back from segments as they were', () => {
  fc.assert(
    fc.property(anyRows, fc.integer({ min: 1, max: 2000 }), (rows, bytesASegment) => {
      const segments = pack(inOrder(rows), bytesASegment);
      assert.deepEqual(unpack(segments), rows);
      assert.equal(
        segments.reduce((sum, segment) => sum + segment.rows, 0),
        rows.length,
      );
    }),
    { seed: 1 },
  );
});

test('a cut segment is an error, not an end', () => {
  fc.assert(
    fc.property(anyRow, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (row, share) => {
      const [segment] = pack([row], 1e6) as [Segment];
      const cut = segment.bytes.slice(0, 1 + Math.floor(share * (segment.bytes.length - 1)));
      if (cut.length === segment.bytes.length) return;
      assert.throws(() => unpack([{ ...segment, bytes: cut }]), RangeError);
    }),
    { seed: 2 },
  );
});

test('the sum of two rows is bucket by bucket, with the outer times and the later size', () => {
  fc.assert(
    fc.property(anyRow, anyRow, (a, b) => {
      const sum = new RowAccesses();
      sum.setSum(fill(new RowAccesses(), a), fill(new RowAccesses(), b));
      const expected = new Map<number, { bucket: number; reads: number; writes: number }>();
      for (const { bucket, reads, writes } of [...a.buckets, ...b.buckets]) {
        const known = expected.get(bucket) ?? { bucket, reads: 0, writes: 0 };
        // Counts are 32 bits wide.
        expected.set(bucket, {
          bucket,
          reads: (known.reads + reads) >>> 0,
          writes: (known.writes + writes) >>> 0,
        });
      }
      const later = b.lastMs >= a.lastMs ? [b, a] : [a, b];
      assert.deepEqual(plain('', sum), {
        key: '',
        buckets: [...expected.values()].sort((x, y) => x.bucket - y.bucket),
        firstMs: Math.min(a.firstMs, b.firstMs),
        lastMs: Math.max(a.lastMs, b.lastMs),
        lastReadMs: Math.max(a.lastReadMs, b.lastReadMs),
        sizeBytes: later.find(({ sizeBytes }) => sizeBytes >= 0)?.sizeBytes ?? -1,
      });
    }),
    { seed: 3 },
  );
});

test('every hash lies in one range, and ranges follow one another', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), fc.integer({ min: 1, max: 7 }), (hash, ranges) => {
      const holding = Array.from({ length: ranges }, (_, range) => range).filter(
        (range) => rangeStart(range, ranges) <= hash && hash < rangeStart(range + 1, ranges),
      );
      assert.equal(holding.length, 1);
    }),
    { seed: 4 },
  );
});

test('bytes are compared as the database compares them', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      assert.equal(Math.sign(compareBytes(a, 0, a.length, b, 0, b.length)), Buffer.compare(a, b));
    }),
    { seed: 5 },
  );
});
