import type { KeyCensus } from './key-census.ts';

/** Keys that are not kept: those last accessed before an hour (since the epoch), and of those of that hour this share, by their hash. */
export interface ColdCut {
  hour: number;
  share: number;
}

/** So much more than is to be kept may be there, so that not every run has to cut again. */
const slack = 1.25;

/** Which keys to give up where there are a quarter more than `maxKeys`: those that were not accessed for longest. */
export function coldCut(census: KeyCensus, maxKeys: number): ColdCut | undefined {
  const hours = [...census.lastByHour].sort(([a], [b]) => a - b);
  const keys = hours.reduce((sum, [, count]) => sum + count, 0);
  if (keys <= maxKeys * slack) return undefined;
  let surplus = keys - maxKeys;
  for (const [hour, count] of hours) {
    if (count >= surplus) return { hour, share: surplus / count };
    surplus -= count;
  }
  return undefined;
}
