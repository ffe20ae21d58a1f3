import type { KeyCensus } from './key-census.ts';

/** Keys that are not kept: those last accessed before an hour (since the epoch), and of those of that hour this share, by their hash. */
export interface ColdCut {
  hour: number;
  share: number;
  /** Another for each cut: by the same hashes the survivors of one would survive the next. */
  salt: number;
}

/** So much more than is to be kept may be there, so that not every run has to cut again. */
const slack = 1.25;

/** Whether a key that was last accessed in that hour is given up. */
export function isCut({ hour, share, salt }: ColdCut, lastHour: number, hash: number): boolean {
  if (lastHour !== hour) return lastHour < hour;
  const mixed = Math.imul(hash ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32 < share;
}

/** Which keys to give up where there are a quarter more than `maxKeys`: those that were not accessed for longest. */
export function coldCut(census: KeyCensus, maxKeys: number): ColdCut | undefined {
  const hours = [...census.lastByHour].sort(([a], [b]) => a - b);
  const keys = hours.reduce((sum, [, count]) => sum + count, 0);
  if (keys <= maxKeys * slack) return undefined;
  let surplus = keys - maxKeys;
  for (const [hour, count] of hours) {
    if (count >= surplus) return { hour, share: surplus / count, salt: keys };
    surplus -= count;
  }
  return undefined;
}
