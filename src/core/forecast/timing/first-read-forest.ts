import { seededRandom } from '../seeded-random.ts';
import { addForest, type BoostRows, boost, type Forest, forestMasks } from '../trees/boost.ts';

/** Moves the time of the first read away from what the group's cycle and the key's rate alone say. */
export interface FirstReadForest {
  forest: Forest;
  /** How much of what the trees say is taken: what did best on windows that they had not seen. */
  share: number;
}

/** Rows whose key was read in the window. */
export interface FirstReadRows {
  /** Column-major. */
  bins: Uint8Array;
  count: number;
  features: number;
  /** First read within the window, 0 to 1. */
  came: Float32Array;
  /** The same as it was expected without the forest. */
  expected: Float32Array;
  weights: Float32Array;
  /** Rows before this one belong to the earlier windows. */
  earlier: number;
}

const leastRows = 200;
const shares = [1, 0.75, 0.5, 0.25];
/** The trees must bring the mean distance below this share of what it is without them. */
const worthwhile = 0.99;

/** Undefined where there are too few rows, or the later windows speak against it. */
export function fitFirstReads(rows: FirstReadRows, seed: number): FirstReadForest | undefined {
  const later = rows.count - rows.earlier;
  if (rows.earlier < leastRows || later < leastRows) return undefined;
  const trial = fit(rows, rows.earlier, seed);
  const moves = new Float32Array(later);
  addForest(forestMasks(trial), rows.bins.subarray(rows.earlier), rows.count, later, moves);
  const without = distance(rows, moves, 0);
  let best: { share: number; distance: number } | undefined;
  for (const share of shares) {
    const found = distance(rows, moves, share);
    if (found < without * worthwhile && found < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { share, distance: found };
  }
  return best && { forest: fit(rows, rows.count, seed), share: best.share };
}

/** The expected time of the first read, as a share of the horizon, with what the forest says of it. */
export function movedFirstRead(expected: number, move: number): number {
  return Math.min(0.999, Math.max(0.001, expected + move));
}

/** The absolute distance, so that the trees draw towards medians. */
function fit(rows: FirstReadRows, count: number, seed: number): Forest {
  const data: BoostRows = {
    bins: rows.bins,
    stride: rows.count,
    count,
    features: rows.features,
    targets: rows.came,
    weights: rows.weights,
    offsets: rows.expected,
  };
  return boost(data, {
    loss: 'absolute',
    trees: 50,
    learningRate: 0.1,
    maxLeaves: 8,
    minHessian: 20,
    lambda: 10,
    maxStep: 1,
    rowShare: 0.6,
    featureShare: 0.4,
    random: seededRandom(seed),
  });
}

function distance(
  { came, expected, weights, earlier, count }: FirstReadRows,
  moves: Float32Array,
  share: number,
): number {
  let sum = 0;
  for (let row = earlier; row < count; row++) {
    const at = movedFirstRead(expected[row]!, share * moves[row - earlier]!);
    sum += weights[row]! * Math.abs(at - came[row]!);
  }
  return sum;
}
