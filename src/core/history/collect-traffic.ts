import type { StateDatabase } from '../state/open.ts';
import { loadCensus } from './key-census-store.ts';
import { hourTraffic, loadTraffic } from './replica-traffic.ts';
import { MergedKeys } from './segments/merged-keys.ts';
import { orderHash } from './segments/order-hash.ts';
import { listRuns } from './segments/stored-runs.ts';
import { type BucketSeries, seriesOf } from './series-codec.ts';
import { HyperLogLog } from './sketch/hyper-log-log.ts';
import { loadSketch } from './sketch/stored-sketch.ts';
import type { HotKey, KeyFigures, ReplicaTraffic } from './traffic/inputs.ts';

interface ReplicaRow {
  id: number;
  name: string;
  reads: number;
  writes: number;
  firstMs: number;
  lastMs: number;
}

/** What the profile is made of. Costs nothing by keys but a look at each of the hottest. */
export function collectTraffic(
  db: StateDatabase,
  bucketMs: number,
): { replicas: ReplicaTraffic[]; figures: KeyFigures } {
  const rows = db
    .prepare<[], ReplicaRow>(
      'SELECT id, name, reads, writes, first_ms AS firstMs, last_ms AS lastMs FROM history_replica ORDER BY id',
    )
    .all();
  const census = loadCensus(db);
  const readLevels = [...census.levels]
    .map(([reads, keys]) => ({ reads, keys }))
    .sort((a, b) => b.reads - a.reads);
  return {
    replicas: rows.map(({ id, ...replica }) => ({
      ...replica,
      keys: census.keysAt.get(id) ?? 0,
      perBucket: loadTraffic(db, id),
    })),
    figures: {
      keys: readLevels.reduce((sum, { keys }) => sum + keys, 0),
      coldKeys: coldKeys(
        db,
        rows.map(({ id }) => id),
      ),
      readLevels,
      hottest: withSeries(db, bucketMs, census.hottest),
      newKeysByDay: ascending(census.newByDay).map(([day, keys]) => ({ day, keys })),
      activeByHour: ascending(census.activeByHour).map(([hour, keys]) => ({ hour, keys })),
      activeByDay: ascending(census.activeByDay).map(([day, keys]) => ({ day, keys })),
      onlyAt: rows.map(({ id }) => census.onlyAt.get(id) ?? 0),
    },
  };
}

/** Over all replicas, each key once. */
function coldKeys(db: StateDatabase, replicas: readonly number[]): number {
  const keys = new HyperLogLog();
  for (const replica of replicas) {
    const sketch = loadSketch(db, replica);
    if (sketch) keys.merge(sketch.keys);
  }
  return keys.keys;
}

function ascending(counts: ReadonlyMap<number, number>): [number, number][] {
  return [...counts].sort(([a], [b]) => a - b);
}

function withSeries(
  db: StateDatabase,
  bucketMs: number,
  hottest: readonly Omit<HotKey, 'series'>[],
): HotKey[] {
  const keys = new MergedKeys(db, listRuns(db), bucketMs, (replica) => hourTraffic(db, replica, bucketMs));
  const series = new Map<string, BucketSeries>();
  const wanted = hottest.map(({ key }) => ({ key, bytes: Buffer.from(key) }));
  const hashOf = (bytes: Buffer) => orderHash(bytes, 0, bytes.length);
  wanted.sort((a, b) => hashOf(a.bytes) - hashOf(b.bytes) || Buffer.compare(a.bytes, b.bytes));
  for (const { key, bytes } of wanted) {
    const found = keys.find(hashOf(bytes), bytes)?.accesses;
    if (!found) throw new Error(`the history does not hold its hottest key ${JSON.stringify(key)}`);
    series.set(key, seriesOf(found));
  }
  return hottest.map((key) => ({ ...key, series: series.get(key.key) as BucketSeries }));
}
