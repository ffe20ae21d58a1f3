import type { StateDatabase } from '../state/open.ts';
import { type Skew, skewOf } from './skew.ts';

/** What the traffic in the history looks like. Times are milliseconds since the epoch. */
export interface TrafficProfile {
  events: number;
  keys: number;
  reads: number;
  writes: number;
  firstMs: number | undefined;
  lastMs: number | undefined;
  /** Of all events, 0 to 1. */
  readShare: number;
  skew: Skew;
  /** Events by the hour of the day, UTC. */
  hours: number[];
  /** By reads, most first; ten at most. */
  hottest: { key: string; reads: number; writes: number; sizeBytes: number | undefined }[];
  replicas: { name: string; reads: number; writes: number; keys: number; firstMs: number; lastMs: number }[];
}

const shownKeys = 10;
const profileName = 'profile';

/** Reads the stored profile; undefined while there is no history. */
export function loadProfile(db: StateDatabase): TrafficProfile | undefined {
  const text = db
    .prepare<[string], string>('SELECT value FROM history_meta WHERE name = ?')
    .pluck()
    .get(profileName);
  return text === undefined ? undefined : (JSON.parse(text) as TrafficProfile);
}

/** Works the profile out anew and stores it, within the transaction that changed the history. */
export function refreshProfile(db: StateDatabase): TrafficProfile {
  const replicas = replicaRows(db);
  const reads = replicas.reduce((sum, replica) => sum + replica.reads, 0);
  const writes = replicas.reduce((sum, replica) => sum + replica.writes, 0);
  const readCounts = readHistogram(db, replicas.length);
  const profile: TrafficProfile = {
    events: reads + writes,
    keys: readCounts.reduce((sum, level) => sum + level.keys, 0),
    reads,
    writes,
    firstMs: replicas.length > 0 ? Math.min(...replicas.map((replica) => replica.firstMs)) : undefined,
    lastMs: replicas.length > 0 ? Math.max(...replicas.map((replica) => replica.lastMs)) : undefined,
    readShare: reads / Math.max(1, reads + writes),
    skew: skewOf(readCounts),
    hours: hoursOfDay(db),
    hottest: hottestKeys(db, replicas.length),
    replicas,
  };
  db.prepare('INSERT OR REPLACE INTO history_meta VALUES (?, ?)').run(profileName, JSON.stringify(profile));
  return profile;
}

function replicaRows(db: StateDatabase): TrafficProfile['replicas'] {
  return db
    .prepare<[], TrafficProfile['replicas'][number]>(
      `SELECT name, reads, writes, first_ms AS firstMs, last_ms AS lastMs,
              (SELECT count(*) FROM history_series WHERE replica = id) AS keys
       FROM history_replica ORDER BY id`,
    )
    .all();
}

/** With one replica each key is one row, and grouping would only cost time. */
function keyTotals(replicas: number): string {
  if (replicas === 1) return 'SELECT key, reads, writes, size_bytes FROM history_series';
  return 'SELECT key, sum(reads) AS reads, sum(writes) AS writes, max(size_bytes) AS size_bytes FROM history_series GROUP BY key';
}

function readHistogram(db: StateDatabase, replicas: number): { reads: number; keys: number }[] {
  const sql = `SELECT reads, count(*) AS keys FROM (${keyTotals(replicas)}) GROUP BY reads ORDER BY reads DESC`;
  return db.prepare<[], { reads: number; keys: number }>(sql).all();
}

function hottestKeys(db: StateDatabase, replicas: number): TrafficProfile['hottest'] {
  const sql = `SELECT key, reads, writes, size_bytes AS sizeBytes FROM (${keyTotals(replicas)}) ORDER BY reads DESC, key LIMIT ${shownKeys}`;
  const rows = db
    .prepare<[], { key: string; reads: number; writes: number; sizeBytes: number | null }>(sql)
    .all();
  return rows.map((row) => ({ ...row, sizeBytes: row.sizeBytes ?? undefined }));
}

function hoursOfDay(db: StateDatabase): number[] {
  const hours = new Array<number>(24).fill(0);
  const sql = 'SELECT hour % 24 AS hour, sum(reads + writes) AS events FROM history_hour GROUP BY hour % 24';
  for (const row of db.prepare<[], { hour: number; events: number }>(sql).all()) hours[row.hour] = row.events;
  return hours;
}
