import type { BucketSeries } from '../series-codec.ts';
import { hourMs } from './time-steps.ts';
import { hourOfWeek } from './week-hours.ts';

/** So many repetitions make a cycle: three weeks for hours of the week, three days for hours of the day. */
const leastCycles = 3;

/**
 * What a replica's log usually has in an hour: the median over the same hour of all weeks, for histories under three weeks of
 * all days, under three days of all hours. A median, so that silence itself does not make silence usual until it is.
 */
export class UsualRate {
  /** Whether it knows quiet hours from busy ones. */
  readonly hasCycle: boolean;
  readonly #slotOf: (hour: number) => number;
  readonly #medians: Float64Array;

  /** `firstMs` and `lastMs` are those of the series' first and last events. */
  constructor(bucketMs: number, series: BucketSeries, firstMs: number, lastMs: number) {
    const first = Math.floor(firstMs / hourMs);
    const hours = Math.floor(lastMs / hourMs) - first + 1;
    const slots = [168, 24, 1].find((cycle) => hours >= leastCycles * cycle) ?? 1;
    this.hasCycle = slots > 1;
    this.#slotOf = slots === 168 ? hourOfWeek : (hour) => hour % slots;
    const bySlot: number[][] = Array.from({ length: slots }, () => []);
    for (const { hour, events } of hourly(bucketMs, series)) bySlot[this.#slotOf(hour)]?.push(events);
    const times = new Float64Array(slots);
    for (let hour = first; hour < first + slots; hour++) {
      times[this.#slotOf(hour)] = Math.ceil((hours - (hour - first)) / slots);
    }
    this.#medians = Float64Array.from(bySlot, (events, slot) =>
      medianWithZeros(events, times[slot] as number),
    );
  }

  /** Events usual between two moments. */
  expected(fromMs: number, toMs: number): number {
    let sum = 0;
    for (let hour = Math.floor(fromMs / hourMs); hour * hourMs < toMs; hour++) {
      const usual = this.#medians[this.#slotOf(hour)] as number;
      const coveredMs = Math.min(toMs, (hour + 1) * hourMs) - Math.max(fromMs, hour * hourMs);
      sum += (usual * coveredMs) / hourMs;
    }
    return sum;
  }
}

function* hourly(
  bucketMs: number,
  { buckets, reads, writes }: BucketSeries,
): IterableIterator<{ hour: number; events: number }> {
  let current: { hour: number; events: number } | undefined;
  for (let i = 0; i < buckets.length; i++) {
    const hour = Math.floor(((buckets[i] as number) * bucketMs) / hourMs);
    if (current?.hour !== hour) {
      if (current) yield current;
      current = { hour, events: 0 };
    }
    current.events += (reads[i] as number) + (writes[i] as number);
  }
  if (current) yield current;
}

/** The median of `times` numbers, of which those that are not given are 0. */
function medianWithZeros(given: number[], times: number): number {
  const sorted = given.sort((a, b) => a - b);
  const at = Math.floor((times - 1) / 2) - (times - sorted.length);
  return sorted[at] ?? 0;
}
