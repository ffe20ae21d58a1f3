import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { type Tree, TreeGrower } from '../../../../src/core/forecast/trees/grow-tree.ts';
import { addLeaves, leafMasks, mostLeaves } from '../../../../src/core/forecast/trees/leaf-masks.ts';

const rows = 4000;
const features = 6;

for (const maxLeaves of [1, 2, 16, mostLeaves])
  test(`a tree of ${maxLeaves} leaves gives each row the value that a walk from the root finds`, () => {
    const random = seededRandom(7);
    const bins = new Uint8Array(rows * features).map(() => Math.floor(random() * 255));
    const tree = grown(bins, maxLeaves, random);
    const scores = new Float32Array(rows);
    addLeaves(leafMasks(tree), bins, rows, rows, scores);
    const walked = Float32Array.from({ length: rows }, (_, row) => walk(tree, bins, row));
    assert.deepEqual(scores, walked);
    assert.equal(new Set(walked).size, maxLeaves);
  });

function grown(bins: Uint8Array, maxLeaves: number, random: () => number): Tree {
  const options = { maxLeaves, minHessian: 1, lambda: 1, learningRate: 1, maxStep: 1e9 };
  const gradients = new Float32Array(rows).map(
    (_, row) => Number(bins[row]) * Number(bins[rows + row]) * random() - 9000,
  );
  const all = new Uint32Array(rows).map((_, row) => row);
  const ones = new Float32Array(rows).fill(1);
  return new TreeGrower(bins, rows, options).grow(gradients, ones, all, Int16Array.from([0, 1, 2, 3, 4, 5]));
}

function walk(tree: Tree, bins: Uint8Array, row: number): number {
  const at = (values: ArrayLike<number>, place: number) => values[place] as number;
  let node = 0;
  while (at(tree.left, node) >= 0) {
    const isLeft = at(bins, at(tree.feature, node) * rows + row) <= at(tree.bin, node);
    node = at(isLeft ? tree.left : tree.right, node);
  }
  return at(tree.value, node);
}
