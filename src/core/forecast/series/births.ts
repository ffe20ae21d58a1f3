import type { GroupVolume } from '../group-volume.ts';
import type { TrainingRows } from '../learned/training-rows.ts';
import type { TimeGrid } from '../time-grid.ts';

/** Keys that are first accessed within a horizon, which no plan made at its beginning can hold: mean over the backtest's windows. */
export interface Births {
  keysPerHorizon: number;
  /** Their share of the reads, 0 to 1. */
  readsShare: number;
}

/** `known` counts the keys known at each origin. Undefined without a window that holds a read. */
export function birthsOf(
  { readsInAll }: TrainingRows,
  known: number[],
  keysNow: number,
  { origins, horizonBuckets, fullEnd }: TimeGrid,
  group: GroupVolume,
): Births | undefined {
  const shares: number[] = [];
  for (const [window, origin] of origins.entries()) {
    const reads = group.between(origin, origin + horizonBuckets);
    if (reads > 0) shares.push(Math.max(0, 1 - (readsInAll[window] as number) / reads));
  }
  const first = origins[0];
  if (first === undefined || shares.length === 0) return undefined;
  return {
    keysPerHorizon: ((keysNow - (known[0] as number)) * horizonBuckets) / (fullEnd - first),
    readsShare: shares.reduce((sum, share) => sum + share, 0) / shares.length,
  };
}
