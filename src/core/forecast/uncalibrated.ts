import { clamp } from './confidence.ts';
import type { SeriesColumns } from './series/series-store.ts';

/**
 * P(read within the horizon) of each key, where no earlier window says how often such keys were read. With n reads behind
 * it, a key's rate is only known as a gamma distribution of shape n, so with x expected reads it is read with 1 − (1 + x / n)^−n
 * (Gelman et al., Bayesian Data Analysis, section 2.6, with a prior of 1 / rate): near 1 − e^−x for many reads, but one half
 * for a single read that is expected to come once more.
 */
export function uncalibratedConfidence(
  expectedReads: Float64Array,
  { offsets, reads }: SeriesColumns,
): Float64Array {
  return expectedReads.map((expected, key) => {
    let known = 0;
    for (let i = offsets[key]!; i < offsets[key + 1]!; i++) known += reads[i]!;
    const seen = Math.max(1, known);
    return clamp(-Math.expm1(-seen * Math.log1p(expected / seen)));
  });
}
