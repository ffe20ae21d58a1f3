import { descendingOrder } from '../ranks.ts';

/**
 * Places of the keys that a model of series may move into the plan or out of it: those whose rank is nearest, by factors, to
 * where the budget cuts, hottest first. Keys with a decayed count below `leastScore` have no series to speak of and are left out.
 */
export function marginalKeys(
  scores: Float32Array,
  { cut, count, leastScore }: { cut: number; count: number; leastScore: number },
): Uint32Array {
  const order = descendingOrder(scores);
  let known = order.length;
  while (known > 0 && (scores[order[known - 1] as number] as number) < leastScore) known--;
  // A window of ranks that reaches as far above the cut as below it, by factors; shifted where it would leave the known keys.
  const width = Math.min(count, known);
  const factor = (width + Math.sqrt(width * width + 4 * cut * cut)) / (2 * cut);
  const start = Math.max(0, Math.min(known - width, Math.round(cut / factor)));
  return order.slice(start, start + width);
}
