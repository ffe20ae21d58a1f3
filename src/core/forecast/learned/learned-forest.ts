import { seededRandom } from '../seeded-random.ts';
import { addForest, type BoostOptions, boost, type Forest, type ForestMasks } from '../trees/boost.ts';
import { mostLeaves } from '../trees/leaf-masks.ts';
import type { BinnedRows } from './binned-rows.ts';

/**
 * Three views of the same rows, of which none is best everywhere: reads as Poisson counts; the same with the decayed count as
 * the offset, so that the trees only say where it is wrong; and the square root of the reads, which looks more at
 * the many keys that are read seldom.
 */
export const forestKinds = ['counts', 'offset', 'roots'] as const;
export type ForestKind = (typeof forestKinds)[number];

export interface LearnedForest {
  kind: ForestKind;
  forest: Forest;
  /** The offset is `base + slope · ln(decayed count + decayFloor)`, the decayed count being this feature. */
  base: number;
  decayFeature: number;
}

const offsetSlope = 0.5;
const decayFloor = 0.05;
const leastRate = 1e-4;

const options: Omit<BoostOptions, 'random' | 'loss' | 'maxStep' | 'maxLeaves'> = {
  trees: 56,
  learningRate: 0.11,
  minHessian: 5,
  lambda: 2,
  rowShare: 0.4,
  featureShare: 0.3,
};

const fewestLeaves = 16;
/** Many rows bear larger trees, which few would only learn by heart. */
const rowsPerLeaf = 1850;

/** How many leaves a tree over so many rows may have. */
export function leavesFor(rows: number): number {
  return Math.min(mostLeaves, Math.max(fewestLeaves, Math.round(rows / rowsPerLeaf)));
}

/** Fits a forest to the first `count` rows. `decayFeature` is the decayed count of the half-life that did best. */
export function fitForest(
  kind: ForestKind,
  rows: BinnedRows,
  count: number,
  decayFeature: number,
  seed: number,
): LearnedForest {
  const roots = kind === 'roots';
  const targets = roots ? rows.reads.map(Math.sqrt) : rows.reads;
  const fitted: LearnedForest = { kind, forest: [], base: 0, decayFeature };
  const offsets = offsetsOf(fitted, (row) => rows.decayed(decayFeature, row), count);
  fitted.base = baseOf(kind, offsets, targets, rows.weights, count);
  for (let row = 0; row < count; row++) offsets[row]! += fitted.base;
  fitted.forest = boost(
    { ...rows, count, targets, offsets },
    {
      ...options,
      maxLeaves: leavesFor(count),
      loss: roots ? 'squared' : 'poisson',
      maxStep: roots ? Number.POSITIVE_INFINITY : 0.7,
      random: seededRandom(seed),
    },
  );
  return fitted;
}

/** Natural logarithms of the reads that the forest, whose masks these are, expects of `count` binned rows. */
export function logRates(
  learned: LearnedForest,
  masks: ForestMasks,
  bins: Uint8Array,
  stride: number,
  decayed: (row: number) => number,
  count: number,
): Float32Array {
  const scores = offsetsOf(learned, decayed, count);
  for (let row = 0; row < count; row++) scores[row]! += learned.base;
  addForest(masks, bins, stride, count, scores);
  if (learned.kind === 'roots')
    for (let row = 0; row < count; row++) scores[row] = rateOfScore(learned, scores[row]!);
  return scores;
}

/** The natural logarithm of the reads that a sum of base, offset and trees stands for. */
export function rateOfScore({ kind }: LearnedForest, score: number): number {
  return kind === 'roots' ? 2 * Math.log(Math.max(leastRate, score)) : score;
}

/** What stands before the first tree beside the base: zero but for the kind `offset`. */
export function offsetsOf(
  { kind }: LearnedForest,
  decayed: (row: number) => number,
  count: number,
): Float32Array {
  const offsets = new Float32Array(count);
  if (kind === 'offset')
    for (let row = 0; row < count; row++) offsets[row] = offsetSlope * Math.log(decayed(row) + decayFloor);
  return offsets;
}

/** The constant that makes what is expected before the first tree add up to what came. */
function baseOf(
  kind: ForestKind,
  offsets: Float32Array,
  targets: Float32Array,
  weights: Float32Array,
  count: number,
): number {
  let came = 0;
  let expected = 0;
  for (let row = 0; row < count; row++) {
    came += weights[row]! * targets[row]!;
    expected += weights[row]! * (kind === 'roots' ? 1 : Math.exp(offsets[row]!));
  }
  const ratio = expected > 0 ? came / expected : 0;
  return kind === 'roots' ? ratio : Math.log(Math.max(1e-9, ratio));
}
