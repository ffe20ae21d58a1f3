import type { StateDatabase } from '../state/open.ts';
import { loadFigures } from './key-figures-store.ts';
import { loadTraffic } from './replica-traffic.ts';
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
  const figures = loadFigures(db);
  const rows = replicaRows(db);
  const replicas = rows.map(({ id, ...row }) => ({ ...row, keys: figures.keysAt.get(id) ?? 0 }));
  const reads = replicas.reduce((sum, replica) => sum + replica.reads, 0);
  const writes = replicas.reduce((sum, replica) => sum + replica.writes, 0);
  const levels = [...figures.levels]
    .map(([level, keys]) => ({ reads: level, keys }))
    .sort((a, b) => b.reads - a.reads);
  const profile: TrafficProfile = {
    events: reads + writes,
    keys: levels.reduce((sum, level) => sum + level.keys, 0),
    reads,
    writes,
    firstMs: replicas.length > 0 ? Math.min(...replicas.map((replica) => replica.firstMs)) : undefined,
    lastMs: replicas.length > 0 ? Math.max(...replicas.map((replica) => replica.lastMs)) : undefined,
    readShare: reads / Math.max(1, reads + writes),
    skew: skewOf(levels),
    hours: hoursOfDay(db, rows),
    hottest: figures.hottest,
    replicas,
  };
  db.prepare('INSERT OR REPLACE INTO history_meta VALUES (?, ?)').run(profileName, JSON.stringify(profile));
  return profile;
}

interface ReplicaRow {
  id: number;
  name: string;
  reads: number;
  writes: number;
  firstMs: number;
  lastMs: number;
}

function replicaRows(db: StateDatabase): ReplicaRow[] {
  return db
    .prepare<[], ReplicaRow>(
      'SELECT id, name, reads, writes, first_ms AS firstMs, last_ms AS lastMs FROM history_replica ORDER BY id',
    )
    .all();
}

function hoursOfDay(db: StateDatabase, replicas: readonly ReplicaRow[]): number[] {
  const hours = new Array<number>(24).fill(0);
  for (const { id } of replicas) {
    const { buckets, reads, writes } = loadTraffic(db, id);
    buckets.forEach((bucket, i) => {
      const hour = Math.floor(bucket / 60) % 24;
      hours[hour] = (hours[hour] as number) + (reads[i] as number) + (writes[i] as number);
    });
  }
  return hours;
}
