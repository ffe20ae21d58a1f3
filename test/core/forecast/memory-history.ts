import type { AccessHistory, KeySeries } from '../../../src/core/history/access-history.ts';

export interface TestEvent {
  timeMs: number;
  key: string;
  op?: 'read' | 'write';
  size?: number;
  replica?: string;
}

interface Held {
  cells: Map<number, [reads: number, writes: number]>;
  firstMs: number;
  lastMs: number;
  lastReadMs?: number;
  size?: number;
  readsByReplica: Map<string, number>;
}

/** An access history of these events, kept in memory. */
export function memoryHistory(events: Iterable<TestEvent>, bucketMs = 3_600_000): AccessHistory {
  const keys = new Map<string, Held>();
  const replicas = new Set<string>();
  const summary = { events: 0, reads: 0, writes: 0, firstMs: Infinity, lastMs: -Infinity };
  for (const { timeMs, key, op = 'read', size, replica = 'r1' } of events) {
    replicas.add(replica);
    const held: Held = keys.get(key) ?? {
      cells: new Map(),
      firstMs: timeMs,
      lastMs: timeMs,
      readsByReplica: new Map(),
    };
    keys.set(key, held);
    const bucket = Math.floor(timeMs / bucketMs);
    const cell = held.cells.get(bucket) ?? [0, 0];
    held.cells.set(bucket, cell);
    cell[op === 'read' ? 0 : 1] += 1;
    held.firstMs = Math.min(held.firstMs, timeMs);
    held.lastMs = Math.max(held.lastMs, timeMs);
    if (size !== undefined) held.size = size;
    if (op === 'read') {
      held.lastReadMs = Math.max(held.lastReadMs ?? timeMs, timeMs);
      held.readsByReplica.set(replica, (held.readsByReplica.get(replica) ?? 0) + 1);
    }
    summary.events++;
    summary[op === 'read' ? 'reads' : 'writes']++;
    summary.firstMs = Math.min(summary.firstMs, timeMs);
    summary.lastMs = Math.max(summary.lastMs, timeMs);
  }
  const names = [...replicas].sort();
  const empty = summary.events === 0;
  return {
    bucketMs,
    summary: () => ({
      ...summary,
      keys: keys.size,
      replicas: names,
      firstMs: empty ? undefined : summary.firstMs,
      lastMs: empty ? undefined : summary.lastMs,
    }),
    *series() {
      for (const [key, held] of keys) yield seriesOf(key, held, names);
    },
  };
}

function seriesOf(key: string, held: Held, names: string[]): KeySeries {
  const cells = [...held.cells].sort((a, b) => a[0] - b[0]);
  return {
    key,
    buckets: Int32Array.from(cells, ([bucket]) => bucket),
    reads: Uint32Array.from(cells, ([, [reads]]) => reads),
    writes: Uint32Array.from(cells, ([, [, writes]]) => writes),
    firstMs: held.firstMs,
    lastMs: held.lastMs,
    lastReadMs: held.lastReadMs,
    sizeBytes: held.size,
    readsByReplica: names.map((name) => held.readsByReplica.get(name) ?? 0),
  };
}
