import type { StateDatabase } from '../state/open.ts';
import { KeyTally } from './key-tally.ts';
import { type BucketSeries, decodeSeries, mergeSeries } from './series-codec.ts';
import { SeriesSum } from './series-sum.ts';
import type { KeyFigures, ReplicaTraffic } from './traffic/inputs.ts';

interface SeriesRow {
  key: string;
  replica: number;
  reads: number;
  writes: number;
  firstMs: number;
  lastMs: number;
  sizeBytes: number | null;
  series: Buffer;
}

interface ReplicaRow {
  id: number;
  name: string;
  reads: number;
  writes: number;
  firstMs: number;
  lastMs: number;
}

/** Passes over every key of the history, in the order of their bytes, and counts what the profile is made of. */
export function collectTraffic(
  db: StateDatabase,
  bucketMs: number,
): { replicas: ReplicaTraffic[]; figures: KeyFigures } {
  const rows = db
    .prepare<[], ReplicaRow>(
      'SELECT id, name, reads, writes, first_ms AS firstMs, last_ms AS lastMs FROM history_replica ORDER BY id',
    )
    .all();
  const sums = rows.map(() => ({ keys: 0, perBucket: new SeriesSum() }));
  const indices = new Map(rows.map(({ id }, index) => [id, index]));
  const tally = new KeyTally(bucketMs, rows.length);
  for (const sameKey of rowsByKey(db)) {
    for (const row of sameKey) {
      const sum = sums[indices.get(row.replica) ?? -1];
      if (!sum) continue;
      sum.keys++;
      sum.perBucket.add(row.decoded);
    }
    tally.add(combined(sameKey), sameKey.length === 1 ? indices.get(sameKey[0]?.replica ?? -1) : undefined);
  }
  return {
    replicas: rows.map(({ id, ...replica }, index) => ({
      ...replica,
      keys: sums[index]?.keys ?? 0,
      perBucket: sums[index]?.perBucket.series() ?? new SeriesSum().series(),
    })),
    figures: tally.figures(),
  };
}

type DecodedRow = SeriesRow & { decoded: BucketSeries };

function* rowsByKey(db: StateDatabase): IterableIterator<DecodedRow[]> {
  const rows = db.prepare<[], SeriesRow>(
    `SELECT key, replica, reads, writes, first_ms AS firstMs, last_ms AS lastMs, size_bytes AS sizeBytes, series
     FROM history_series ORDER BY key, replica`,
  );
  let sameKey: DecodedRow[] = [];
  for (const row of rows.iterate()) {
    if (sameKey[0] && sameKey[0].key !== row.key) {
      yield sameKey;
      sameKey = [];
    }
    sameKey.push({ ...row, decoded: decodeSeries(row.series) });
  }
  if (sameKey.length > 0) yield sameKey;
}

function combined(sameKey: DecodedRow[]): Parameters<KeyTally['add']>[0] {
  const latestSized = sameKey.filter((row) => row.sizeBytes !== null).sort((a, b) => b.lastMs - a.lastMs)[0];
  return {
    key: sameKey[0]?.key ?? '',
    reads: sameKey.reduce((sum, { reads }) => sum + reads, 0),
    writes: sameKey.reduce((sum, { writes }) => sum + writes, 0),
    firstMs: Math.min(...sameKey.map(({ firstMs }) => firstMs)),
    sizeBytes: latestSized?.sizeBytes ?? undefined,
    series: sameKey.map(({ decoded }) => decoded).reduce(mergeSeries),
  };
}
