import type { Replay } from './replayed-reads.ts';

/** Of a normal distribution, between which 95 % lie. */
const deviations = 1.96;

/**
 * How far the hit rate of all keys may lie from that of a sample, by 95 %: the linearised error of a ratio where each key is in the sample
 * with probability `share` (Särndal, Swensson, Wretman 1992, 5.6). 0 where all keys are; undefined without reads.
 */
export function hitRateError({ reads, hits, readsOf, hitsOf }: Replay, share: number): number | undefined {
  if (reads === 0) return undefined;
  const rate = hits / reads;
  let squares = 0;
  for (let key = 0; key < readsOf.length; key++) {
    const residual = (hitsOf[key] as number) - rate * (readsOf[key] as number);
    squares += residual * residual;
  }
  return Math.min(1, (deviations * Math.sqrt((1 - share) * squares)) / reads);
}
