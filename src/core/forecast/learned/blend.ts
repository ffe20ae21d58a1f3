import { inOrderOf, meanRanks } from '../ranks.ts';

/** Softens the head: the first and the second rank are nearly the same. */
const rankOffset = 10;

export interface BlendParts {
  /** Logarithms of the reads that each forest expects. */
  forests: Float32Array[];
  /** The decayed count, and how much it weighs against a single forest. */
  decayed: Float32Array;
  decayWeight: number;
  /** How many keys each row stands for; 1 where absent. */
  weights?: Float32Array | undefined;
}

/**
 * One score from several models: keys are ordered by the mean of the logarithms of their ranks (no model can spoil the order by numbers that are far off),
 * and the k-th of them gets the k-th largest of the forests' geometric mean rates, so that a score is a rate again.
 */
export function blend({ forests, decayed, decayWeight, weights }: BlendParts): Float32Array {
  const count = decayed.length;
  const places = new Float32Array(count);
  const rates = new Float32Array(count);
  const add = (values: Float32Array, weight: number) => {
    const ranks = meanRanks(values, weights);
    for (let i = 0; i < count; i++) places[i]! -= weight * Math.log(ranks[i]! + rankOffset);
  };
  for (const forest of forests) {
    add(forest, 1);
    for (let i = 0; i < count; i++) rates[i]! += forest[i]! / forests.length;
  }
  if (decayWeight > 0) add(decayed, decayWeight);
  return inOrderOf(places, rates.map(Math.exp));
}
