import type { BucketSeries } from '../series-codec.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Time cut into steps of equal width; the first begins at `fromMs` (milliseconds since the epoch). */
export interface TimeSteps {
  fromMs: number;
  stepMs: number;
  count: number;
}

/** Six weeks of hours. */
export const maxSteps = 1008;

/** Below an hour just for short histories: what is old may be kept by the hour alone. */
const widths = [
  { stepMs: minuteMs, most: maxSteps },
  { stepMs: 5 * minuteMs, most: 576 },
  ...[hourMs, 3 * hourMs, 6 * hourMs, dayMs, 7 * dayMs, 28 * dayMs].map((stepMs) => ({
    stepMs,
    most: maxSteps,
  })),
];

/** Weeks begin on Mondays, and the epoch began on a Thursday. */
const firstMondayMs = 4 * dayMs;

/** The finest steps of a round width, `maxSteps` at most, that hold both moments; none finer than a bucket. */
export function stepsOver(firstMs: number, lastMs: number, bucketMs: number): TimeSteps {
  for (const { stepMs, most } of widths) {
    const steps = aligned(firstMs, lastMs, stepMs);
    if (stepMs >= bucketMs && steps.count <= most) return steps;
  }
  const widest = 28 * dayMs;
  return aligned(firstMs, lastMs, widest * Math.ceil((lastMs - firstMs) / widest / (maxSteps - 1)));
}

function aligned(firstMs: number, lastMs: number, stepMs: number): TimeSteps {
  const originMs = stepMs > dayMs ? firstMondayMs : 0;
  const first = Math.floor((firstMs - originMs) / stepMs);
  const last = Math.floor((lastMs - originMs) / stepMs);
  return { fromMs: first * stepMs + originMs, stepMs, count: last - first + 1 };
}

/** The same time in wider steps, `most` of them at most. */
export function coarserSteps({ fromMs, stepMs, count }: TimeSteps, most: number): TimeSteps {
  const merged = Math.ceil(count / most);
  return { fromMs, stepMs: stepMs * merged, count: Math.ceil(count / merged) };
}

/** Adds a series' counts to the steps that its buckets begin in; what lies outside is left out. */
export function addToSteps(
  { fromMs, stepMs, count }: TimeSteps,
  bucketMs: number,
  { buckets, reads, writes }: BucketSeries,
  into: { reads: number[]; writes: number[] },
): void {
  for (let i = 0; i < buckets.length; i++) {
    const step = Math.floor(((buckets[i] as number) * bucketMs - fromMs) / stepMs);
    if (step < 0 || step >= count) continue;
    into.reads[step] = (into.reads[step] as number) + (reads[i] as number);
    into.writes[step] = (into.writes[step] as number) + (writes[i] as number);
  }
}

/** Reads and writes together, for each step. */
export function accessesOn(steps: TimeSteps, bucketMs: number, series: BucketSeries): number[] {
  const counts = { reads: zeros(steps.count), writes: zeros(steps.count) };
  addToSteps(steps, bucketMs, series, counts);
  return counts.reads.map((reads, step) => reads + (counts.writes[step] as number));
}

export function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}
