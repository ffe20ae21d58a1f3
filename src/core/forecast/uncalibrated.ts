import { clamp } from './confidence.ts';
import type { TimeGrid } from './time-grid.ts';
import { lasting } from './volume-forecast.ts';

/**
 * P(read within the horizon) of each key, where no earlier window says how often such keys were read. Of a key read n times in a
 * past of S, two things are known equally little: its rate, whose next read comes at t with the hazard n / (S + t) (gamma-Poisson with a
 * prior of 1 / rate; Gelman et al., Bayesian Data Analysis, section 2.6), and how long it will go on being read, which ends at
 * 1 / (S + t) (Gott, Nature 363, 1993). Which comes first within H gives n / (n + 1) · (1 − (S / (S + H))^(n + 1)): under one half
 * for a single read, however long the horizon. n is what the expected reads would have been in the past.
 */
export function uncalibratedConfidence(
  expectedReads: Float64Array,
  { horizonBuckets, first, end }: Pick<TimeGrid, 'horizonBuckets' | 'first' | 'end'>,
): Float64Array {
  const past = Math.max(1, end - first);
  const pastsExpected = lasting(horizonBuckets, past) / past;
  const gone = Math.log(past / (past + horizonBuckets));
  return expectedReads.map((expected) => {
    const reads = expected / pastsExpected;
    return clamp((reads / (reads + 1)) * -Math.expm1((reads + 1) * gone));
  });
}
