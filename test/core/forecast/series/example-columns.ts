import fc from 'fast-check';
import type { SeriesColumns } from '../../../../src/core/forecast/series/series-store.ts';

/** A key's accesses in one bucket. */
export interface Access {
  bucket: number;
  reads: number;
  writes: number;
}
/** What is known of a key: its accesses, one a bucket, oldest first, at least one. */
export interface ExampleSeries {
  accesses: Access[];
  sizeBytes?: number;
}

export function columnsOf(series: ExampleSeries[]): SeriesColumns {
  const all = series.flatMap(({ accesses }) => accesses);
  const offsets = new Uint32Array(series.length + 1);
  for (const [key, { accesses }] of series.entries())
    offsets[key + 1] = (offsets[key] ?? 0) + accesses.length;
  return {
    keys: series.length,
    offsets,
    buckets: Int32Array.from(all, ({ bucket }) => bucket),
    reads: Uint32Array.from(all, ({ reads }) => reads),
    writes: Uint32Array.from(all, ({ writes }) => writes),
    firstMs: Float64Array.from(series, ({ accesses }) => (accesses[0]?.bucket ?? 0) * 3_600_000),
    lastReadMs: new Float64Array(series.length),
    sizeBytes: Float64Array.from(series, ({ sizeBytes }) => sizeBytes ?? Number.NaN),
    donors: new Int32Array(series.length),
  };
}

/** Accesses in the buckets from 0 until `span`. */
export function exampleSeries(span: number): fc.Arbitrary<ExampleSeries> {
  const access = fc
    .record({
      bucket: fc.integer({ min: 0, max: span - 1 }),
      reads: fc.integer({ min: 0, max: 9 }),
      writes: fc.integer({ min: 0, max: 3 }),
    })
    .map((a) => (a.reads + a.writes === 0 ? { ...a, reads: 1 } : a));
  return fc
    .record({
      accesses: fc.uniqueArray(access, { selector: (a) => a.bucket, minLength: 1, maxLength: 40 }),
      size: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined }),
    })
    .map(({ accesses, size }) => ({
      accesses: accesses.sort((a, b) => a.bucket - b.bucket),
      ...(size === undefined ? {} : { sizeBytes: size }),
    }));
}

/** The same accesses so many buckets later. */
export function shifted(series: ExampleSeries[], buckets: number): ExampleSeries[] {
  return series.map((one) => ({
    ...one,
    accesses: one.accesses.map((access) => ({ ...access, bucket: access.bucket + buckets })),
  }));
}

/** Σ of the counts of earlier buckets, each halved with every half-life of age. */
export function decayed(
  { accesses }: ExampleSeries,
  at: number,
  halfLifeBuckets: number,
  count: (access: Access) => number,
): number {
  return accesses
    .filter(({ bucket }) => bucket < at)
    .reduce((sum, access) => sum + count(access) * 2 ** (-(at - access.bucket) / halfLifeBuckets), 0);
}
