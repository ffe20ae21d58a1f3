import { featureCount, featureNames } from '../features/feature-rows.ts';
import type { TrainingRows } from '../learned/training-rows.ts';
import { descendingOrder } from '../ranks.ts';

/** Windows with fewer reads say nothing about a ranking. */
export const leastReads = 20;
/** The plan is filled from its head, so shorter heads count as well. */
const heads = [1, 1 / 2, 1 / 4];

export interface ServedShare {
  /** Share of the reads that the plan's budget would have served. */
  hitRate: number;
  /** The mean of that and of what its shorter heads would have served. */
  served: number;
}

const lastReadAge = featureNames.indexOf('age of last read');

/** What a ranking by these scores, of the rows of one origin, would have served. Of equal scores the key read last is first. */
export function servedShare(
  scores: Float32Array,
  rows: TrainingRows,
  origin: number,
  budgetKeys: number,
): ServedShare {
  const start = rows.starts[origin]!;
  const readsInAll = rows.readsInAll[origin]!;
  const order = ordered(scores, rows, origin);
  let hitRate = 0;
  let served = 0;
  for (const head of heads) {
    let left = Math.max(1, budgetKeys * head);
    let reads = 0;
    for (let i = 0; i < order.length && left > 0; i++) {
      const row = start + order[i]!;
      const weight = Math.min(rows.weights[row]!, left);
      reads += weight * rows.reads[row]!;
      left -= weight;
    }
    if (head === 1) hitRate = reads / readsInAll;
    served += reads / readsInAll / heads.length;
  }
  return { hitRate, served };
}

function ordered(scores: Float32Array, rows: TrainingRows, origin: number): Uint32Array {
  const fresh = freshFirst(rows, origin);
  const byScore = descendingOrder(Float32Array.from(fresh, (i) => scores[i]!));
  return byScore.map((i) => fresh[i]!);
}

/** Every candidate is judged on the same rows, most of them more than once. */
const freshOrders = new WeakMap<TrainingRows, Map<number, Uint32Array>>();

/** Places of the rows of an origin within it, those of the keys read last first. */
function freshFirst(rows: TrainingRows, origin: number): Uint32Array {
  const known = freshOrders.get(rows) ?? new Map<number, Uint32Array>();
  freshOrders.set(rows, known);
  let order = known.get(origin);
  if (!order) {
    const [start, end] = [rows.starts[origin]!, rows.starts[origin + 1]!];
    const freshness = new Float32Array(end - start);
    for (let i = 0; i < freshness.length; i++)
      freshness[i] = -rows.features[(start + i) * featureCount + lastReadAge]!;
    order = descendingOrder(freshness);
    known.set(origin, order);
  }
  return order;
}
