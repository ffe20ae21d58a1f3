import type { ReplicaTraffic } from './inputs.ts';
import { hourMs } from './time-steps.ts';

const hoursAWeek = 168;

/** The epoch began on a Thursday; weeks begin on Mondays. */
const epochHourOfWeek = 72;

/** 0 is Monday 00:00 to 01:00 UTC; `hour` counts from the epoch. */
export function hourOfWeek(hour: number): number {
  return (hour + epochHourOfWeek) % hoursAWeek;
}

/**
 * Seven rows, Monday first, of 24 hours in UTC: mean events in such an hour, over all that lie between the first and the
 * last event; null where there is none.
 */
export function weekHoursOf(bucketMs: number, replicas: readonly ReplicaTraffic[]): (number | null)[][] {
  const events = new Float64Array(hoursAWeek);
  for (const { perBucket } of replicas) {
    const { buckets, reads, writes } = perBucket;
    for (let i = 0; i < buckets.length; i++) {
      const slot = hourOfWeek(Math.floor(((buckets[i] as number) * bucketMs) / hourMs));
      events[slot] = (events[slot] as number) + (reads[i] as number) + (writes[i] as number);
    }
  }
  const first = Math.floor(Math.min(...replicas.map(({ firstMs }) => firstMs)) / hourMs);
  const last = Math.floor(Math.max(...replicas.map(({ lastMs }) => lastMs)) / hourMs);
  const hours = replicas.length === 0 ? 0 : last - first + 1;
  return Array.from({ length: 7 }, (_, day) =>
    Array.from({ length: 24 }, (_, hour) => {
      const slot = day * 24 + hour;
      const distance = (slot - hourOfWeek(first) + hoursAWeek) % hoursAWeek;
      const times = Math.ceil((hours - distance) / hoursAWeek);
      return times > 0 ? Number(((events[slot] as number) / times).toPrecision(4)) : null;
    }),
  );
}

/** Events by the hour of the day, UTC. */
export function dayHoursOf(bucketMs: number, replicas: readonly ReplicaTraffic[]): number[] {
  const hours = new Array<number>(24).fill(0);
  for (const { perBucket } of replicas) {
    const { buckets, reads, writes } = perBucket;
    for (let i = 0; i < buckets.length; i++) {
      const hour = Math.floor(((buckets[i] as number) * bucketMs) / hourMs) % 24;
      hours[hour] = (hours[hour] as number) + (reads[i] as number) + (writes[i] as number);
    }
  }
  return hours;
}
