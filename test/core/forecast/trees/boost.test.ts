import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import {
  addForest,
  type BoostOptions,
  type BoostRows,
  boost,
  forestMasks,
} from '../../../../src/core/forecast/trees/boost.ts';
import { poisson } from '../poisson.ts';
import { valueAt } from '../value-at.ts';

const options: Omit<BoostOptions, 'loss' | 'random'> = {
  trees: 60,
  learningRate: 0.2,
  maxLeaves: 8,
  minHessian: 5,
  lambda: 1,
  maxStep: 2,
  rowShare: 0.6,
  featureShare: 1,
};

/** Rows of three features, of which the first two tell the target by `of` and the third is noise. */
function rowsOf(
  count: number,
  of: (x: number, y: number, random: () => number) => number,
  seed = 5,
): BoostRows {
  const random = seededRandom(seed);
  const bins = Uint8Array.from({ length: count * 3 }, () => Math.floor(random() * 255));
  const targets = Float32Array.from({ length: count }, (_, row) =>
    of(valueAt(bins, row) / 255, valueAt(bins, count + row) / 255, random),
  );
  return {
    bins,
    stride: count,
    count,
    features: 3,
    targets,
    weights: new Float32Array(count).fill(1),
    offsets: new Float32Array(count),
  };
}

function fitted(
  rows: BoostRows,
  loss: BoostOptions['loss'],
  more: Partial<BoostOptions> = {},
  on = rows,
): Float32Array {
  const forest = boost(rows, { ...options, loss, random: seededRandom(9), ...more });
  const scores = on.offsets.slice();
  addForest(forestMasks(forest), on.bins, on.stride, on.count, scores);
  return scores;
}

function meanError(
  rows: BoostRows,
  scores: Float32Array,
  error: (target: number, score: number) => number,
): number {
  return rows.targets.reduce((sum, target, i) => sum + error(target, valueAt(scores, i)), 0) / rows.count;
}

const squared = (target: number, score: number) => (target - score) ** 2;
const wave = (x: number, y: number) => Math.sin(6 * x) + y * y;

test('boosting approaches a known function, on rows that it has not seen', () => {
  const noisy = rowsOf(6000, (x, y, random) => wave(x, y) + random() - 0.5);
  const fresh = rowsOf(2000, wave, 6);
  const mean = fresh.targets.reduce((sum, t) => sum + t, 0) / fresh.count;
  const constant = meanError(
    fresh,
    fresh.offsets.map(() => mean),
    squared,
  );
  const error = meanError(fresh, fitted(noisy, 'squared', {}, fresh), squared);
  assert.ok(error < 0.03 * constant, `${error} against ${constant}`);
});

test('Poisson means follow the rate and add up to what came', () => {
  const rate = (x: number, y: number) => 0.2 + 3 * x * (y > 0.5 ? 1 : 0.2);
  const rows = rowsOf(8000, (x, y, random) => poisson(rate(x, y), random));
  const expected = fitted(rows, 'poisson', { rowShare: 1 }).map(Math.exp);
  const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
  assert.ok(Math.abs(sum(expected) / sum(rows.targets) - 1) < 0.01, `${sum(expected)} ${sum(rows.targets)}`);
  const fresh = rowsOf(2000, rate, 6);
  const error = meanError(fresh, fitted(rows, 'poisson', {}, fresh).map(Math.exp), squared);
  assert.ok(error < 0.04, `${error}`);
});

test('absolute distances draw towards the median, whatever a few rows say', () => {
  const rows = rowsOf(4000, (x, _y, random) => (random() < 0.1 ? 1e5 : x > 0.5 ? 3 : 1));
  const error = meanError(
    rowsOf(1000, (x) => (x > 0.5 ? 3 : 1), 6),
    fitted(
      rows,
      'absolute',
      { maxStep: 1, trees: 100 },
      rowsOf(1000, (x) => x, 6),
    ),
    (target, score) => Math.abs(target - score),
  );
  assert.ok(error < 0.25, `${error}`);
});

test('offsets are where the trees begin', () => {
  const rows = rowsOf(2000, wave);
  const known = { ...rows, offsets: rows.targets };
  const forest = boost(known, { ...options, loss: 'squared', random: seededRandom(9) });
  assert.ok(forest.every(({ value }) => value.every((step) => Math.abs(step) < 1e-6)));
});

test('rows that weigh nothing, and rows past the count, are not looked at', () => {
  const rows = rowsOf(3000, wave);
  const weights = rows.weights.map((_, row) => (row % 3 === 0 ? 0 : 1));
  const other = rows.targets.map((target, row) => (row % 3 === 0 || row >= 2000 ? 1e6 : target));
  const more = { trees: 10 };
  const scores = fitted({ ...rows, count: 2000, weights }, 'squared', more, rows);
  assert.deepEqual(fitted({ ...rows, count: 2000, weights, targets: other }, 'squared', more, rows), scores);
  const even = fitted({ ...rows, count: 2000 }, 'squared', more, rows);
  assert.notDeepEqual(even, scores);
});

test('rows that weigh twice as much are as good as twice the rows', () => {
  const rows = rowsOf(2000, (x, y) => Math.round(3 * x + y));
  const heavy = { ...rows, weights: rows.weights.map((weight) => 2 * weight) };
  for (const loss of ['poisson', 'squared', 'absolute'] as const) {
    const twice = { minHessian: options.minHessian * 2, lambda: options.lambda * 2, trees: 10 };
    assert.deepEqual(fitted(heavy, loss, twice), fitted(rows, loss, { trees: 10 }));
  }
});

test('the same seed gives the same trees, another seed others', () => {
  const rows = rowsOf(1000, wave);
  const forest = (seed: number) =>
    boost(rows, { ...options, trees: 5, featureShare: 0.6, loss: 'squared', random: seededRandom(seed) });
  assert.deepEqual(forest(3), forest(3));
  assert.notDeepEqual(forest(3), forest(4));
});

test('a share of the features is what a tree may ask for', () => {
  const rows = rowsOf(2000, wave);
  const more = { trees: 30, featureShare: 1 / 3, loss: 'squared' as const, random: seededRandom(3) };
  const asked = boost(rows, { ...options, ...more }).map(
    ({ feature, left }) => new Set(feature.filter((_, node) => valueAt(left, node) >= 0)).size,
  );
  assert.ok(asked.every((features) => features <= 1));
});
