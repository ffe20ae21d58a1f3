import type { StateFile } from '../state/open.ts';
import type { AccessHistory, HistorySummary, KeySeries } from './access-history.ts';
import { type BucketSeries, decodeSeries, mergeSeries } from './series-codec.ts';
import { loadProfile } from './traffic-profile.ts';

interface SeriesRow {
  key: string;
  replica: number;
  reads: number;
  first_ms: number;
  last_ms: number;
  last_read_ms: number | null;
  size_bytes: number | null;
  series: Buffer;
}

const pageRows = 2000;

/**
 * The access history of a state file. `series()` comes in the order of the keys' bytes, page by page, with no statement open in between, so
 * that the caller may use the file meanwhile.
 */
export function openHistory(state: StateFile): AccessHistory {
  const bucketMs = state.db
    .prepare<[], number>("SELECT value FROM history_meta WHERE name = 'bucket_ms'")
    .pluck()
    .get();
  if (bucketMs === undefined) throw new Error('the state file has no bucket width');
  return { bucketMs, summary: () => summarise(state), series: () => seriesByKey(state) };
}

function summarise(state: StateFile): HistorySummary {
  const { events, keys, reads, writes, firstMs, lastMs, replicas } = loadProfile(state.db);
  return { events, keys, reads, writes, firstMs, lastMs, replicas: replicas.map(({ name }) => name) };
}

function* seriesByKey(state: StateFile): IterableIterator<KeySeries> {
  const replicaIds = state.db.prepare<[], number>('SELECT id FROM history_replica ORDER BY id').pluck().all();
  const places = new Map(replicaIds.map((id, place) => [id, place]));
  let sameKey: SeriesRow[] = [];
  for (const row of rows(state)) {
    if (sameKey[0] && sameKey[0].key !== row.key) {
      yield combine(sameKey, places);
      sameKey = [];
    }
    sameKey.push(row);
  }
  if (sameKey.length > 0) yield combine(sameKey, places);
}

function* rows(state: StateFile): IterableIterator<SeriesRow> {
  const page = state.db.prepare<[string, number], SeriesRow>(
    `SELECT key, replica, reads, first_ms, last_ms, last_read_ms, size_bytes, series FROM history_series
     WHERE (key, replica) > (?, ?) ORDER BY key, replica LIMIT ${pageRows}`,
  );
  for (let last: { key: string; replica: number } = { key: '', replica: 0 }; ; ) {
    const found = page.all(last.key, last.replica);
    yield* found;
    const end = found[found.length - 1];
    if (!end || found.length < pageRows) return;
    last = end;
  }
}

/** Adds up one key's rows, one a replica. The latest row that has a size decides the size. */
function combine(sameKey: SeriesRow[], places: Map<number, number>): KeySeries {
  const byReplica = new Array<number>(places.size).fill(0);
  let series: BucketSeries = {
    buckets: new Int32Array(0),
    reads: new Uint32Array(0),
    writes: new Uint32Array(0),
  };
  for (const row of sameKey) {
    byReplica[places.get(row.replica) ?? 0] = row.reads;
    series = mergeSeries(series, decodeSeries(row.series));
  }
  const lastReads = sameKey.flatMap((row) => row.last_read_ms ?? []);
  const sized = sameKey.filter((row) => row.size_bytes !== null).sort((a, b) => b.last_ms - a.last_ms);
  return {
    key: sameKey[0]?.key ?? '',
    ...series,
    firstMs: Math.min(...sameKey.map((row) => row.first_ms)),
    lastMs: Math.max(...sameKey.map((row) => row.last_ms)),
    lastReadMs: lastReads.length > 0 ? Math.max(...lastReads) : undefined,
    sizeBytes: sized[0]?.size_bytes ?? undefined,
    readsByReplica: byReplica,
  };
}
