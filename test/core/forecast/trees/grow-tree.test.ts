import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type GrowOptions, type Tree, TreeGrower } from '../../../../src/core/forecast/trees/grow-tree.ts';
import { addLeaves, leafMasks } from '../../../../src/core/forecast/trees/leaf-masks.ts';
import { valueAt } from '../value-at.ts';

const options: GrowOptions = {
  maxLeaves: 8,
  minHessian: 1,
  lambda: 0,
  learningRate: 1,
  maxStep: Number.POSITIVE_INFINITY,
};
const all = (count: number) => Uint32Array.from({ length: count }, (_, row) => row);

/** One tree that goes from zero to the targets. */
function grown(bins: Uint8Array, features: number, targets: number[], more: Partial<GrowOptions> = {}): Tree {
  const count = targets.length;
  const gradients = Float32Array.from(targets, (target) => -target);
  const hessians = new Float32Array(count).fill(1);
  const order = Int16Array.from({ length: features }, (_, f) => f);
  return new TreeGrower(bins, count, { ...options, ...more }).grow(gradients, hessians, all(count), order);
}

function told(tree: Tree, bins: Uint8Array, count: number): number[] {
  const scores = new Float32Array(count);
  addLeaves(leafMasks(tree), bins, count, count, scores);
  return [...scores];
}

const leaves = ({ left, right }: Tree) =>
  1 + left.filter((child, node) => child >= 0 && valueAt(right, node) > 0).length;

test('a step is found where it is', () => {
  const noise = [7, 1, 7, 1, 7, 1, 7, 1];
  const bins = Uint8Array.from([...noise, 0, 10, 20, 30, 40, 50, 60, 70]);
  const targets = [-2, -2, -2, 5, 5, 5, 5, 5];
  const tree = grown(bins, 2, targets);
  assert.deepEqual([tree.feature[0], leaves(tree)], [1, 2]);
  assert.ok(valueAt(tree.bin, 0) >= 20 && valueAt(tree.bin, 0) < 30);
  assert.deepEqual(told(tree, bins, 8), targets);
});

test('nothing to tell gives a leaf, and so does nothing at all', () => {
  assert.equal(leaves(grown(Uint8Array.of(1, 2, 3, 4), 1, [3, 3, 3, 3])), 1);
  const empty = new TreeGrower(new Uint8Array(4), 4, { ...options, lambda: 2 }).grow(
    new Float32Array(4),
    new Float32Array(4),
    new Uint32Array(0),
    Int16Array.of(0),
  );
  assert.deepEqual(told(empty, new Uint8Array(4), 4), [0, 0, 0, 0]);
});

const sample = fc
  .array(fc.tuple(fc.nat(20), fc.nat(254), fc.integer({ min: -50, max: 50 })), {
    minLength: 2,
    maxLength: 80,
  })
  .map((rows) => ({
    bins: Uint8Array.from([...rows.map(([bin]) => bin), ...rows.map(([, bin]) => bin)]),
    targets: rows.map(([, , target]) => target),
  }));

test('a leaf tells the mean of its rows, and has as much weight as it must', () => {
  fc.assert(
    fc.property(
      sample,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 6 }),
      (rows, minHessian, maxLeaves) => {
        const { bins, targets } = rows;
        const tree = grown(bins, 2, targets, { minHessian, maxLeaves });
        assert.ok(leaves(tree) <= maxLeaves);
        const byValue = Map.groupBy(targets.keys(), (row) => valueAt(told(tree, bins, targets.length), row));
        for (const [value, members] of byValue) {
          const mean = members.reduce((sum, row) => sum + valueAt(targets, row), 0) / members.length;
          assert.ok(Math.abs(mean - value) < 1e-4 * Math.max(1, Math.abs(mean)), `${value} ${mean}`);
          if (leaves(tree) > 1) assert.ok(members.length >= minHessian);
        }
      },
    ),
    { seed: 121 },
  );
});

test('the first question is the one with the best gain of all', () => {
  fc.assert(
    fc.property(sample, ({ bins, targets }) => {
      const count = targets.length;
      const squaresAfter = (inLeft: (row: number) => boolean) =>
        [true, false].reduce((sum, side) => {
          const members = targets.filter((_, row) => inLeft(row) === side);
          return members.length === 0 ? sum : sum + members.reduce((a, b) => a + b, 0) ** 2 / members.length;
        }, 0);
      let best = squaresAfter(() => true);
      for (const f of [0, 1])
        for (let bin = 0; bin < 255; bin++)
          best = Math.max(
            best,
            squaresAfter((row) => valueAt(bins, f * count + row) <= bin),
          );
      const tree = grown(bins, 2, targets, { maxLeaves: 2 });
      const [feature, bin] = [valueAt(tree.feature, 0), valueAt(tree.bin, 0)];
      const found =
        valueAt(tree.left, 0) < 0
          ? squaresAfter(() => true)
          : squaresAfter((row) => valueAt(bins, feature * count + row) <= bin);
      assert.ok(Math.abs(found - best) <= 1e-6 * Math.max(1, best), `${found} ${best}`);
    }),
    { seed: 122, numRuns: 40 },
  );
});

test('no leaf goes further than it may, and the penalty holds it back', () => {
  const bins = Uint8Array.of(0, 0, 1, 1);
  const targets = [-900, -900, 3, 3];
  const of = (more: Partial<GrowOptions>) => told(grown(bins, 1, targets, more), bins, 4);
  assert.deepEqual(of({ maxStep: 4 }), [-4, -4, 3, 3]);
  assert.deepEqual(of({ maxStep: 4, learningRate: 0.5 }), [-2, -2, 1.5, 1.5]);
  assert.deepEqual(of({ lambda: 2 }), [-450, -450, 1.5, 1.5]);
});

test('rows of a longer stride are told by their own columns', () => {
  const tree = grown(Uint8Array.of(5, 5, 5, 5, 0, 0, 9, 9), 2, [1, 1, 2, 2]);
  const scores = Float32Array.of(10, 10, 10);
  addLeaves(leafMasks(tree), Uint8Array.of(5, 5, 5, 5, 5, 9, 0, 77, 77, 77), 5, 2, scores);
  assert.deepEqual([...scores], [12, 11, 10]);
});

test('a grower that is used again grows the same tree', () => {
  const bins = Uint8Array.from({ length: 60 }, (_, i) => (i * i) % 23);
  const gradients = Float32Array.from({ length: 60 }, (_, i) => (i % 7) - 3);
  const hessians = new Float32Array(60).fill(1);
  const grower = new TreeGrower(bins, 60, options);
  const grow = () => grower.grow(gradients, hessians, all(60), Int16Array.of(0));
  assert.deepEqual(grow(), grow());
});
