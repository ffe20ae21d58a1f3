import type { KeyFigures, ReplicaTraffic } from '../../../../src/core/history/traffic/inputs.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Monday, 2 January 2023, 00:00 UTC. */
export const mondayMs = Date.UTC(2023, 0, 2);

/** Traffic by the minute from `fromMs` on; minutes without any have no bucket. */
export function replicaOf(
  name: string,
  fromMs: number,
  reads: readonly number[],
  writes: readonly number[] = [],
): ReplicaTraffic {
  const minutes = Array.from({ length: Math.max(reads.length, writes.length) }, (_, i) => i).filter(
    (i) => (reads[i] ?? 0) + (writes[i] ?? 0) > 0,
  );
  const first = fromMs / minuteMs;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    name,
    firstMs: (first + (minutes[0] ?? 0)) * minuteMs,
    lastMs: (first + (minutes.at(-1) ?? 0) + 1) * minuteMs - 1,
    keys: 10,
    reads: sum(reads),
    writes: sum(writes),
    perBucket: {
      buckets: Int32Array.from(minutes, (minute) => first + minute),
      reads: Uint32Array.from(minutes, (minute) => reads[minute] ?? 0),
      writes: Uint32Array.from(minutes, (minute) => writes[minute] ?? 0),
    },
  };
}

export function everyMinute(minutes: number, count: (minute: number) => number): number[] {
  return Array.from({ length: minutes }, (_, minute) => count(minute));
}

export const noFigures: KeyFigures = {
  keys: 0,
  coldKeys: 0,
  readLevels: [],
  hottest: [],
  newKeysByDay: [],
  activeByHour: [],
  activeByDay: [],
  onlyAt: [],
};
