import type { CoarseBefore } from './retention.ts';
import type { RowAccesses } from './row-accesses.ts';

const hourMs = 3_600_000;
const hoursOfDay = 24;

/** Accesses of all keys in an hour since the epoch. */
export type HourTraffic = (hour: number) => number;

/**
 * Puts what was kept by the hour or the day back into single buckets, so that the whole keeps its daily cycle: a day's accesses go
 * to the hours at which the replica had its traffic that day, an hour's lie evenly within it. Which key's lie where is decided by its hash, so
 * that the same history always gives the same.
 */
export class Expansion {
  readonly #bucketMs: number;
  readonly #coarse: CoarseBefore;
  readonly #traffic: HourTraffic;
  readonly #days = new Map<number, Float64Array>();

  constructor(bucketMs: number, coarse: CoarseBefore, traffic: HourTraffic) {
    this.#bucketMs = bucketMs;
    this.#coarse = coarse;
    this.#traffic = traffic;
  }

  /** Whether the row has anything to expand. */
  concerns(row: RowAccesses): boolean {
    return row.length > 0 && (row.buckets[0] as number) < this.#coarse.hours;
  }

  /** Writes the row into another, each bucket as wide as a bucket is. */
  expand(row: RowAccesses, hash: number, into: RowAccesses): void {
    const { hours, days } = this.#coarse;
    const perHour = hourMs / this.#bucketMs;
    const phase = hash / 2 ** 32;
    into.clear();
    for (let i = 0; i < row.length; i++) {
      const bucket = row.buckets[i] as number;
      const [reads, writes] = [row.reads[i] as number, row.writes[i] as number];
      if (bucket >= hours) into.push(bucket, reads, writes);
      else if (bucket >= days) into.push(bucket + Math.floor(phase * perHour), reads, writes);
      else this.#expandDay(bucket, reads, writes, phase, into);
    }
    into.firstMs = row.firstMs;
    into.lastMs = row.lastMs;
    into.lastReadMs = row.lastReadMs;
    into.sizeBytes = row.sizeBytes;
  }

  #expandDay(bucket: number, reads: number, writes: number, phase: number, into: RowAccesses): void {
    const perHour = hourMs / this.#bucketMs;
    const shares = this.#sharesUntil(Math.floor(bucket / perHour));
    // The accesses are laid out one after the other over the day's traffic, the key's own phase before the first.
    let [readsBefore, writesBefore] = [0, 0];
    for (let hour = 0; hour < hoursOfDay; hour++) {
      const until = shares[hour] as number;
      const readsUntil = hour === hoursOfDay - 1 ? reads : laidOut(reads, until, phase);
      const writesUntil = hour === hoursOfDay - 1 ? writes : laidOut(writes, until, phase);
      if (readsUntil + writesUntil > readsBefore + writesBefore) {
        const place = bucket + hour * perHour + Math.floor(phase * perHour);
        into.push(place, readsUntil - readsBefore, writesUntil - writesBefore);
      }
      readsBefore = readsUntil;
      writesBefore = writesUntil;
    }
  }

  /** For each hour of the day, the share of its traffic that came by the hour's end. */
  #sharesUntil(firstHour: number): Float64Array {
    const known = this.#days.get(firstHour);
    if (known) return known;
    const shares = new Float64Array(hoursOfDay);
    let sum = 0;
    for (let hour = 0; hour < hoursOfDay; hour++) shares[hour] = sum += this.#traffic(firstHour + hour);
    for (let hour = 0; hour < hoursOfDay; hour++)
      shares[hour] = sum > 0 ? (shares[hour] as number) / sum : (hour + 1) / hoursOfDay;
    this.#days.set(firstHour, shares);
    return shares;
  }
}

/** How many of `count` accesses, the i-th at (i + phase) / count, come before `until`, each from 0 to 1. */
function laidOut(count: number, until: number, phase: number): number {
  return Math.min(count, Math.max(0, Math.ceil(until * count - phase)));
}
