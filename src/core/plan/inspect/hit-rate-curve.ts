import type { PlanIndex } from './plan-index.ts';
import { fate, hitRateOf, type PlanOutcome } from './plan-outcome.ts';

/** What the first entries of a plan are worth together. */
export interface CurvePoint {
  keys: number;
  /** Of the rows whose size the plan says. */
  bytes: number;
  expectedHitRate: number;
}

export interface HitRateCurve {
  /** What the points are equally far apart in; keys where the plan says no size. */
  by: 'bytes' | 'keys';
  /** After equal parts of the whole, the last after all of it; empty where nothing is kept. */
  points: CurvePoint[];
}

/**
 * How the expected hit rate grows with the bytes that are sent, in the order in which they are: pinned entries first, then the plan's order. A point is the
 * most entries that fit its part of the whole.
 */
export function hitRateCurve(index: PlanIndex, outcome: PlanOutcome, parts: number): HitRateCurve {
  const { columns, header } = index;
  const by = outcome.bytes > 0 ? 'bytes' : 'keys';
  const whole = by === 'bytes' ? outcome.bytes : outcome.entries;
  const kept = keptEntries(index, outcome);
  if (kept === 0 || whole === 0) return { by, points: [] };
  const allReads = sumOf(columns.expectedReads);
  const points: CurvePoint[] = [];
  const sum = { keys: 0, bytes: 0, reads: 0 };
  // Pinned keys that the plan does not have come first too, with neither size nor reads.
  sum.keys = outcome.entries - kept;
  const point = (): CurvePoint => ({
    keys: sum.keys,
    bytes: sum.bytes,
    expectedHitRate: hitRateOf(sum.reads, allReads, header.expectedHitRate),
  });
  for (const wanted of [fate.pinned, fate.kept]) {
    for (let entry = 0; entry < index.length; entry++) {
      if (outcome.fates[entry] !== wanted) continue;
      const size = columns.sizeBytes[entry] as number;
      const bytes = Number.isNaN(size) ? 0 : size;
      const next = by === 'bytes' ? sum.bytes + bytes : sum.keys + 1;
      while (points.length < parts - 1 && next > (whole * (points.length + 1)) / parts) points.push(point());
      sum.keys++;
      sum.bytes += bytes;
      sum.reads += columns.expectedReads[entry] as number;
    }
  }
  while (points.length < parts) points.push(point());
  return { by, points };
}

/** What a threshold leaves of what is kept. */
export interface ThresholdPoint extends CurvePoint {
  minConfidence: number;
}

/** What each threshold would leave; pinned entries stay under all of them. `thresholds` ascend. */
export function thresholdCurve(
  index: PlanIndex,
  outcome: PlanOutcome,
  thresholds: readonly number[],
): ThresholdPoint[] {
  const { columns, header } = index;
  const added = outcome.entries - keptEntries(index, outcome);
  const points = thresholds.map((minConfidence) => ({ minConfidence, keys: 0, bytes: 0, reads: 0 }));
  for (let entry = 0; entry < index.length; entry++) {
    const is = outcome.fates[entry] as number;
    if (is > fate.pinned) continue;
    const confidence = is === fate.pinned ? 1 : (columns.confidence[entry] as number);
    const place = thresholds.findLastIndex((threshold) => threshold <= confidence);
    const point = points[place];
    if (!point) continue;
    const size = columns.sizeBytes[entry] as number;
    point.keys++;
    point.bytes += Number.isNaN(size) ? 0 : size;
    point.reads += columns.expectedReads[entry] as number;
  }
  for (let place = points.length - 2; place >= 0; place--) {
    const [point, above] = [points[place], points[place + 1]];
    if (!point || !above) continue;
    point.keys += above.keys;
    point.bytes += above.bytes;
    point.reads += above.reads;
  }
  const allReads = sumOf(columns.expectedReads);
  return points.map(({ reads, keys, ...point }) => ({
    ...point,
    keys: keys + added,
    expectedHitRate: hitRateOf(reads, allReads, header.expectedHitRate),
  }));
}

/** Of the plan's own; pinned keys that it does not have are not among them. */
function keptEntries(index: PlanIndex, { excluded, belowThreshold, pastBudget }: PlanOutcome): number {
  return index.length - excluded - belowThreshold - pastBudget;
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
