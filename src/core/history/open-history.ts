import { openStateToRead, type StateDatabase, type StateFile } from '../state/open.ts';
import type { HistorySummary, KeyedHistory, KeySeries } from './access-history.ts';
import { refuseEarlierRows } from './earlier-rows.ts';
import { hourTraffic } from './replica-traffic.ts';
import { type MergedKey, MergedKeys } from './segments/merged-keys.ts';
import { orderHash } from './segments/order-hash.ts';
import { listRuns } from './segments/stored-runs.ts';
import { seriesOf } from './series-codec.ts';
import { loadProfile } from './traffic-profile.ts';

/**
 * The access history of a state file. `series()` is as the history was committed when its first key was asked for, whatever is written meanwhile.
 */
export function openHistory(state: StateFile): KeyedHistory {
  const bucketMs = state.db
    .prepare<[], number>("SELECT value FROM history_meta WHERE name = 'bucket_ms'")
    .pluck()
    .get();
  if (bucketMs === undefined) throw new Error('the state file has no bucket width');
  return {
    bucketMs,
    summary: () => {
      refuseEarlierRows(state.db);
      return summarise(state);
    },
    series: () => {
      refuseEarlierRows(state.db);
      return seriesByKey(state, bucketMs);
    },
    seriesOf: (key) => {
      refuseEarlierRows(state.db);
      return seriesOfKey(state, bucketMs, key);
    },
  };
}

function summarise(state: StateFile): HistorySummary {
  const { events, keys, reads, writes, firstMs, lastMs, replicas } = loadProfile(state.db);
  return { events, keys, reads, writes, firstMs, lastMs, replicas: replicas.map(({ name }) => name) };
}

/** In a snapshot of its own: another process may merge the runs anew meanwhile. */
function* seriesByKey({ path }: StateFile, bucketMs: number): IterableIterator<KeySeries> {
  const db = openStateToRead(path);
  try {
    db.exec('BEGIN');
    const { merged, toSeries } = mergedSeries(db, bucketMs);
    for (const found of merged.all()) yield toSeries(found);
  } finally {
    db.close();
  }
}

function seriesOfKey({ path }: StateFile, bucketMs: number, key: string): KeySeries | undefined {
  const db = openStateToRead(path);
  try {
    db.exec('BEGIN');
    const { merged, toSeries } = mergedSeries(db, bucketMs);
    const bytes = Buffer.from(key);
    const found = merged.find(orderHash(bytes, 0, bytes.length), bytes);
    return found && toSeries(found);
  } finally {
    db.close();
  }
}

function mergedSeries(db: StateDatabase, bucketMs: number) {
  const replicas = db.prepare<[], number>('SELECT id FROM history_replica ORDER BY id').pluck().all();
  const traffic = (replica: number) => hourTraffic(db, replica, bucketMs);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const toSeries = ({ key, accesses, readsAt }: MergedKey): KeySeries => {
    const { firstMs, lastMs, lastReadMs, sizeBytes } = accesses;
    return {
      key: decoder.decode(key),
      ...seriesOf(accesses),
      firstMs,
      lastMs,
      lastReadMs: lastReadMs < 0 ? undefined : lastReadMs,
      sizeBytes: sizeBytes < 0 ? undefined : sizeBytes,
      readsByReplica: replicas.map((replica) => readsAt.get(replica) ?? 0),
    };
  };
  return { merged: new MergedKeys(db, listRuns(db), bucketMs, traffic), toSeries };
}
