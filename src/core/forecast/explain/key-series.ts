import type { TimeGrid } from '../time-grid.ts';
import type { Intensity } from '../timing/intensity.ts';

/** Accesses on steps of equal width, oldest first; the last step ends where the plan begins. */
export interface KeySteps {
  fromMs: number;
  stepMs: number;
  reads: number[];
  writes: number[];
}

const maxSteps = 240;
const aheadSamples = 1200;

/** The key's accesses over the whole history before the plan. */
export function keySteps(
  {
    offsets,
    buckets,
    reads,
    writes,
  }: { [column in 'offsets' | 'buckets' | 'reads' | 'writes']: ArrayLike<number> },
  key: number,
  { first, end, bucketMs }: Pick<TimeGrid, 'first' | 'end' | 'bucketMs'>,
): KeySteps {
  const span = Math.max(1, end - first);
  const perStep = Math.ceil(span / maxSteps);
  const count = Math.ceil(span / perStep);
  const from = end - count * perStep;
  const steps: KeySteps = {
    fromMs: from * bucketMs,
    stepMs: perStep * bucketMs,
    reads: new Array<number>(count).fill(0),
    writes: new Array<number>(count).fill(0),
  };
  for (let i = offsets[key]!; i < offsets[key + 1]!; i++) {
    const step = Math.floor((buckets[i]! - from) / perStep);
    steps.reads[step]! += reads[i]!;
    steps.writes[step]! += writes[i]!;
  }
  return steps;
}

/** Reads expected in each of `parts` equal parts of the horizon, by the group's cycle. */
export function readsAhead(
  expected: number,
  intensity: Intensity,
  horizonMs: number,
  parts: number,
): number[] {
  const ahead = new Array<number>(parts).fill(0);
  for (let i = 0; i < aheadSamples; i++) {
    const atMs = intensity.timeOfShare((i + 0.5) / aheadSamples);
    ahead[Math.min(parts - 1, Math.floor((atMs / horizonMs) * parts))]! += expected / aheadSamples;
  }
  return ahead;
}
