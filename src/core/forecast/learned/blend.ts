import { descendingOrder, meanRanks } from '../ranks.ts';

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
  return inOrderOf(places, rates);
}

/** Exponentials of the values, handed out anew so that they stand in the order of `places`; equal places share their mean. */
function inOrderOf(places: Float32Array, logRates: Float32Array): Float32Array {
  const order = descendingOrder(places);
  const sorted = logRates.slice().sort().reverse();
  const scores = new Float32Array(places.length);
  for (let start = 0; start < order.length; ) {
    const place = places[order[start]!]!;
    let end = start;
    let sum = 0;
    for (; end < order.length && places[order[end]!]! === place; end++) sum += sorted[end]!;
    const score = Math.exp(sum / (end - start));
    for (let i = start; i < end; i++) scores[order[i]!] = score;
    start = end;
  }
  return scores;
}
