import type { PlanEntry, PlanHeader } from './prefetch-plan.ts';

/** The last moment that a date can hold. */
const lastMs = 8.64e15;

/** The entry of a pinned key of which nothing is known. */
export function unseenEntry(
  { origin, horizonMs }: Pick<PlanHeader, 'origin' | 'horizonMs'>,
  key: string,
): PlanEntry {
  return {
    key,
    confidence: 0,
    expectedAt: new Date(Math.min(lastMs, Math.round(Date.parse(origin) + horizonMs / 2))).toISOString(),
    expectedReads: 0,
    expectedWrites: 0,
    model: 'pin',
    pinned: true,
  };
}
