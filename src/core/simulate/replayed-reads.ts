import type { HitCourse } from '../metrics/hit-course.ts';

/** Reads after the origin, side by side; the first `length` places hold some. */
export interface ReplayedReads {
  /** When they begin, in milliseconds from the origin. */
  fromMs: Float64Array;
  /** Places in the columns of keys. */
  key: Uint32Array;
  count: Uint32Array;
  length: number;
  /** Over how long each spreads evenly; 0 where a log gives their times. */
  widthMs: number;
}

/** What reads found, until some moment. */
export interface Replay {
  reads: number;
  hits: number;
  course: HitCourse;
  /** By key. */
  readsOf: Float64Array;
  hitsOf: Float64Array;
}

const steps = 60;

/** Sets reads against when their rows arrive; a read finds a row that is there at its time. `untilMs` is above 0. */
export function replay(
  { fromMs, key, count, length, widthMs }: ReplayedReads,
  arrivalMs: Float64Array,
  { originMs, untilMs }: { originMs: number; untilMs: number },
): Replay {
  const stepMs = untilMs / steps;
  const stepReads = new Float64Array(steps);
  const stepHits = new Float64Array(steps);
  const readsOf = new Float64Array(arrivalMs.length);
  const hitsOf = new Float64Array(arrivalMs.length);
  const put = (of: number, atMs: number, reads: number, hits: number) => {
    const step = Math.min(steps - 1, Math.floor(atMs / stepMs));
    stepReads[step] = (stepReads[step] as number) + reads;
    stepHits[step] = (stepHits[step] as number) + hits;
    readsOf[of] = (readsOf[of] as number) + reads;
    hitsOf[of] = (hitsOf[of] as number) + hits;
  };
  for (let i = 0; i < length; i++) {
    const from = fromMs[i] as number;
    const of = key[i] as number;
    const reads = count[i] as number;
    const arrival = arrivalMs[of] as number;
    if (widthMs === 0) {
      if (from <= untilMs) put(of, from, reads, arrival <= from ? reads : 0);
      continue;
    }
    const to = Math.min(untilMs, from + widthMs);
    for (let at = Math.max(0, from); at < to; ) {
      const end = Math.min(to, stepMs * (Math.floor(at / stepMs + 1e-9) + 1));
      const part = (reads * (end - at)) / widthMs;
      const there = Math.min(1, Math.max(0, (end - arrival) / (end - at)));
      put(of, at + (end - at) / 2, part, part * there);
      at = end;
    }
  }
  return {
    reads: sum(stepReads),
    hits: sum(stepHits),
    course: { fromMs: originMs, stepMs, reads: [...stepReads], hits: [...stepHits] },
    readsOf,
    hitsOf,
  };
}

/** By key, how many reads come between the origin and a moment of the key's own: those that a row which arrives then misses. */
export function readsBefore(
  { fromMs, key, count, length, widthMs }: ReplayedReads,
  momentMs: Float64Array,
): Float64Array {
  const before = new Float64Array(momentMs.length);
  for (let i = 0; i < length; i++) {
    const of = key[i] as number;
    const from = fromMs[i] as number;
    const until = Math.min(momentMs[of] as number, from + widthMs);
    if (from >= (momentMs[of] as number) || until < 0) continue;
    const share = widthMs === 0 ? 1 : (until - Math.max(0, from)) / widthMs;
    before[of] = (before[of] as number) + (count[i] as number) * share;
  }
  return before;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
