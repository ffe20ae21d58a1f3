import { ByteReader, ByteWriter } from './segments/byte-writer.ts';
import { RowAccesses } from './segments/row-accesses.ts';

/** Accesses per bucket; the arrays run side by side, ascending by bucket, no bucket twice, none empty. */
export interface BucketSeries {
  buckets: Int32Array;
  reads: Uint32Array;
  writes: Uint32Array;
}

/** Packs a series as a row's buckets are packed (`RowAccesses.packBuckets`). */
export function encodeSeries(series: BucketSeries): Buffer {
  const writer = new ByteWriter();
  rowOf(series).packBuckets(writer);
  return Buffer.from(writer.bytes.subarray(0, writer.at));
}

/** Undoes `encodeSeries`. Throws a RangeError for bytes that end too early. */
export function decodeSeries(packed: Uint8Array): BucketSeries {
  const reader = new ByteReader();
  reader.bytes = packed;
  const row = new RowAccesses();
  row.unpackBuckets(reader, packed.length);
  return seriesOf(row);
}

/** Adds two series up. */
export function mergeSeries(a: BucketSeries, b: BucketSeries): BucketSeries {
  if (a.buckets.length === 0) return b;
  if (b.buckets.length === 0) return a;
  const sum = new RowAccesses();
  sum.setSum(rowOf(a), rowOf(b));
  return seriesOf(sum);
}

/** A copy of a row's buckets. */
export function seriesOf({ buckets, reads, writes, length }: RowAccesses): BucketSeries {
  return {
    buckets: buckets.slice(0, length),
    reads: reads.slice(0, length),
    writes: writes.slice(0, length),
  };
}

/** A row of the series' own arrays. */
export function rowOf(series: BucketSeries): RowAccesses {
  return Object.assign(new RowAccesses(), series, { length: series.buckets.length });
}
