import { dayMs } from './calendar.ts';
import { type TimeUnit, timeUnits } from './timestamps.ts';

/** Events up to this much later than now are taken without a word: clocks differ. */
const clockSkewMs = 60_000;

/** What the times of a log's events say, in the order of the log. Plain data. All times are milliseconds since the epoch. */
export interface EventTimesData {
  /** Of the first and the last event in the log; undefined where it has none. */
  firstMs: number | undefined;
  lastMs: number | undefined;
  earliestMs: number | undefined;
  latestMs: number | undefined;
  /** Events that are earlier than the one before them. */
  outOfOrder: number;
  /** How far an event lies before the latest of those before it, at most. */
  farthestBackMs: number;
  /** Events more than a minute later than the moment they were read at. */
  future: number;
  /** How many times were numbers in which unit. */
  units: Record<TimeUnit, number>;
}

/** Looks at the times of a log's events, one after another. */
export class EventTimes {
  /** Counts by place in `timeUnits`, for `parseTimeMs` to add to. */
  readonly units = new Float64Array(timeUnits.length);
  /** An event later than this has a wrong time: not even a zone that was left out explains it. */
  acceptedUntilMs = Number.POSITIVE_INFINITY;
  #futureMs = Number.POSITIVE_INFINITY;
  // The first event takes the slow path, so that the others need not ask whether they are it.
  #lastMs = Number.POSITIVE_INFINITY;
  #firstMs = Number.NaN;
  #earliestMs = Number.NaN;
  #latestMs = Number.NaN;
  #farthestBackMs = Number.NEGATIVE_INFINITY;
  #outOfOrder = 0;
  #future = 0;

  /** What comes now is read at this moment. */
  readAt(nowMs: number): void {
    this.#futureMs = nowMs + clockSkewMs;
    this.acceptedUntilMs = nowMs + dayMs;
  }

  /** Begins anew, at the same moment. */
  clear(): void {
    this.units.fill(0);
    this.#lastMs = Number.POSITIVE_INFINITY;
    this.#firstMs = Number.NaN;
    this.#earliestMs = Number.NaN;
    this.#latestMs = Number.NaN;
    this.#farthestBackMs = Number.NEGATIVE_INFINITY;
    this.#outOfOrder = 0;
    this.#future = 0;
  }

  take(timeMs: number): void {
    if (timeMs < this.#lastMs) this.#goBack(timeMs);
    else if (timeMs > this.#latestMs) this.#latestMs = timeMs;
    this.#lastMs = timeMs;
    if (timeMs > this.#futureMs) this.#future++;
  }

  data(): EventTimesData {
    const isEmpty = Number.isNaN(this.#firstMs);
    const [s = 0, ms = 0, us = 0, ns = 0] = this.units;
    return {
      firstMs: isEmpty ? undefined : this.#firstMs,
      lastMs: isEmpty ? undefined : this.#lastMs,
      earliestMs: isEmpty ? undefined : this.#earliestMs,
      latestMs: isEmpty ? undefined : this.#latestMs,
      outOfOrder: this.#outOfOrder,
      farthestBackMs: Math.max(0, this.#farthestBackMs),
      future: this.#future,
      units: { s, ms, us, ns },
    };
  }

  #goBack(timeMs: number): void {
    if (Number.isNaN(this.#firstMs)) {
      this.#firstMs = timeMs;
      this.#earliestMs = timeMs;
      this.#latestMs = timeMs;
      return;
    }
    this.#outOfOrder++;
    if (timeMs < this.#earliestMs) this.#earliestMs = timeMs;
    if (this.#latestMs - timeMs > this.#farthestBackMs) this.#farthestBackMs = this.#latestMs - timeMs;
  }
}

/** Of two parts of a log that follow one another, counted apart: what one reading of both would have said. */
export function mergeTimes(before: EventTimesData, next: EventTimesData): EventTimesData {
  const { firstMs, lastMs, earliestMs, latestMs } = before;
  const units = { ...before.units };
  for (const unit of timeUnits) units[unit] += next.units[unit];
  if (next.firstMs === undefined || next.earliestMs === undefined) return { ...before, units };
  if (firstMs === undefined || lastMs === undefined || earliestMs === undefined || latestMs === undefined)
    return { ...next, units };
  return {
    firstMs,
    lastMs: next.lastMs,
    earliestMs: Math.min(earliestMs, next.earliestMs),
    latestMs: Math.max(latestMs, next.latestMs ?? latestMs),
    outOfOrder: before.outOfOrder + next.outOfOrder + (next.firstMs < lastMs ? 1 : 0),
    farthestBackMs: Math.max(before.farthestBackMs, next.farthestBackMs, latestMs - next.earliestMs),
    future: before.future + next.future,
    units,
  };
}
