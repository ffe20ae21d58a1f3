import { type GrowOptions, type Tree, TreeGrower } from './grow-tree.ts';
import { addLeaves, type LeafMasks, leafMasks } from './leaf-masks.ts';

export interface BoostRows {
  /** Column-major, `[feature * stride + row]`; rows from `count` on are not looked at. */
  bins: Uint8Array;
  stride: number;
  count: number;
  features: number;
  /** What is to be told, by row. */
  targets: Float32Array;
  weights: Float32Array;
  /** What is told before the first tree: for `poisson` on the scale of the logarithm. */
  offsets: Float32Array;
}

export interface BoostOptions extends GrowOptions {
  loss: 'poisson' | 'squared' | 'absolute';
  trees: number;
  /** Chance of a row, and of a feature, to be looked at by a tree. */
  rowShare: number;
  featureShare: number;
  random: () => number;
}

/** Trees whose values add up, with the offset, to the logarithm of the expectation (`poisson`) or to the value itself. */
export type Forest = Tree[];
/** A forest as its values are looked up; made once for all rows. */
export type ForestMasks = LeafMasks[];

export function forestMasks(forest: Forest): ForestMasks {
  return forest.map(leafMasks);
}

/**
 * Gradient boosting (Friedman 2001) by Newton steps on the Poisson deviance with a log link, on squares or on absolute
 * distances, each tree on a random share of rows and features (Friedman 2002).
 */
export function boost(data: BoostRows, options: BoostOptions): Forest {
  const { count, features, bins, stride } = data;
  const scores = Float32Array.from(data.offsets.subarray(0, count));
  const gradients = new Float32Array(count);
  const hessians = new Float32Array(count);
  const grower = new TreeGrower(bins, stride, options);
  const taken = new Uint32Array(count);
  const forest: Forest = [];
  for (let t = 0; t < options.trees; t++) {
    derive(data, scores, options.loss, gradients, hessians);
    let rows = 0;
    for (let row = 0; row < count; row++) if (options.random() < options.rowShare) taken[rows++] = row;
    const seen = drawFeatures(features, options);
    const tree = grower.grow(gradients, hessians, taken.subarray(0, rows), seen);
    addLeaves(leafMasks(tree), bins, stride, count, scores);
    forest.push(tree);
  }
  return forest;
}

/** Adds the forest's part to scores that begin with the offsets. */
export function addForest(
  forest: ForestMasks,
  bins: Uint8Array,
  stride: number,
  count: number,
  scores: Float32Array,
): void {
  for (const tree of forest) addLeaves(tree, bins, stride, count, scores);
}

function derive(
  { targets, weights, count }: BoostRows,
  scores: Float32Array,
  loss: BoostOptions['loss'],
  gradients: Float32Array,
  hessians: Float32Array,
): void {
  for (let row = 0; row < count; row++) {
    const weight = weights[row]!;
    if (loss === 'poisson') {
      const expected = Math.exp(Math.min(30, scores[row]!));
      gradients[row] = weight * (expected - targets[row]!);
      hessians[row] = weight * expected;
    } else {
      const distance = scores[row]! - targets[row]!;
      gradients[row] = weight * (loss === 'squared' ? distance : Math.sign(distance));
      hessians[row] = weight;
    }
  }
}

function drawFeatures(features: number, { featureShare, random }: BoostOptions): Int16Array {
  const count = Math.max(1, Math.round(features * featureShare));
  const order = Int16Array.from({ length: features }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random() * (features - i));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.slice(0, count).sort();
}
