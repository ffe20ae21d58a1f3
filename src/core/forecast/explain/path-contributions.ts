import { featureCount } from '../features/feature-rows.ts';
import { type LearnedForest, offsetsOf, rateOfScore } from '../learned/learned-forest.ts';
import type { TrainingRows } from '../learned/training-rows.ts';
import type { Tree } from '../trees/grow-tree.ts';

/** What moves a forest's forecast of one key away from what it says of all rows on average. */
export interface Contributions {
  /** Natural logarithm of the reads of an average row. */
  base: number;
  /** Added to that by each feature; all together give the logarithm of the key's expected reads. */
  byFeature: Float64Array;
}

/**
 * The contributions along the decision path (Saabas 2014), summed over the trees: each question moves the mean value of the rows that
 * came so far, and its feature is given the difference. `bins` are the key's own, `learnedBins` those of the training rows,
 * column-major. Looks at every row once for each tree.
 */
export function pathContributions(
  learned: LearnedForest,
  bins: Uint8Array,
  row: Float32Array,
  rows: TrainingRows,
  learnedBins: Uint8Array,
): Contributions {
  const byFeature = new Float64Array(featureCount);
  let score = learned.base;
  for (const tree of learned.forest) {
    const means = pathMeans(tree, bins, rows, learnedBins);
    score += means.values[0]!;
    for (let i = 1; i < means.values.length; i++)
      byFeature[means.features[i - 1]!]! += means.values[i]! - means.values[i - 1]!;
  }
  const offset = offsetsOf(learned, () => row[learned.decayFeature]!, 1)[0]!;
  const average = averageOffset(learned, rows);
  byFeature[learned.decayFeature]! += offset - average;
  score += average;
  return asLogarithms(learned, score, byFeature);
}

/** Mean leaf value of the rows at each node that the key passes, the last being its leaf's own, and the feature that each inner one asks for. */
function pathMeans(tree: Tree, bins: Uint8Array, rows: TrainingRows, learnedBins: Uint8Array) {
  const { feature, bin, left, right, value } = tree;
  const path = [0];
  const features: number[] = [];
  for (let node = 0; left[node]! >= 0; path.push(node)) {
    features.push(feature[node]!);
    node = bins[feature[node]!]! <= bin[node]! ? left[node]! : right[node]!;
  }
  const sums = new Float64Array(path.length);
  const weights = new Float64Array(path.length);
  for (let row = 0; row < rows.count; row++) {
    const weight = rows.weights[row]!;
    let node = 0;
    let shared = 0;
    for (let depth = 0; ; depth++) {
      if (node === path[depth]) shared = depth;
      if (left[node]! < 0) break;
      node = learnedBins[feature[node]! * rows.count + row]! <= bin[node]! ? left[node]! : right[node]!;
    }
    for (let depth = 0; depth <= shared; depth++) {
      sums[depth]! += weight * value[node]!;
      weights[depth]! += weight;
    }
  }
  const values = [...sums].map((sum, depth) => (weights[depth]! > 0 ? sum / weights[depth]! : 0));
  values[values.length - 1] = value[path.at(-1)!]!;
  return { features, values };
}

function averageOffset(learned: LearnedForest, rows: TrainingRows): number {
  const decayed = (row: number) => rows.features[row * featureCount + learned.decayFeature]!;
  const offsets = offsetsOf(learned, decayed, rows.count);
  let sum = 0;
  let weights = 0;
  for (let row = 0; row < rows.count; row++) {
    sum += rows.weights[row]! * offsets[row]!;
    weights += rows.weights[row]!;
  }
  return weights > 0 ? sum / weights : 0;
}

/** A forest of another scale is turned to logarithms along the straight line between both ends, so that the parts still add up. */
function asLogarithms(learned: LearnedForest, score: number, byFeature: Float64Array): Contributions {
  const base = rateOfScore(learned, score);
  const moved = byFeature.reduce((sum, part) => sum + part, 0);
  const scale = Math.abs(moved) < 1e-12 ? 1 : (rateOfScore(learned, score + moved) - base) / moved;
  return { base, byFeature: byFeature.map((part) => part * scale) };
}
