import type { Tree } from './grow-tree.ts';

/** Leaves that one mask has bits for. */
export const mostLeaves = 32;

const binsPerFeature = 256;

/**
 * A tree as masks of the leaves that a row may still end in, one for each feature that is asked and each bin; the lowest bit that
 * all of a row's masks share is its leaf (QuickScorer, Lucchese et al. 2015). Unlike a walk from node to node
 * it never waits for the answer before.
 */
export interface LeafMasks {
  features: Int16Array;
  /** `[place of the feature · 256 + bin]` */
  masks: Int32Array;
  /** By leaf, from left to right. */
  values: Float64Array;
}

export function leafMasks(tree: Tree): LeafMasks {
  const features = [...new Set(tree.feature.filter((_, node) => tree.left[node]! >= 0))];
  const masks = new Int32Array(features.length * binsPerFeature).fill(-1);
  const values: number[] = [];
  /** Gives the leaves below a node as a mask, and takes those on the wrong side of its question out. */
  const visit = (node: number): number => {
    if (tree.left[node]! < 0) return 1 << (values.push(tree.value[node]!) - 1);
    const left = visit(tree.left[node]!);
    const right = visit(tree.right[node]!);
    const at = features.indexOf(tree.feature[node]!) * binsPerFeature;
    const bound = tree.bin[node]!;
    for (let bin = 0; bin < binsPerFeature; bin++) masks[at + bin]! &= bin <= bound ? ~right : ~left;
    return left | right;
  };
  visit(0);
  return { features: Int16Array.from(features), masks, values: Float64Array.from(values) };
}

const rowsAtOnce = 256;
const leavesOf = new Int32Array(rowsAtOnce);

/**
 * Adds the tree's values of `count` rows to `scores`; `bins` is column-major, `stride` values a feature. Goes through the rows of
 * two features at a time, so that no step waits for the one before.
 */
export function addLeaves(
  { features, masks, values }: LeafMasks,
  bins: Uint8Array,
  stride: number,
  count: number,
  scores: Float32Array,
): void {
  const leaves = leavesOf;
  for (let start = 0; start < count; start += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - start);
    leaves.fill(-1);
    for (let f = 0; f < features.length; f += 2) {
      const other = Math.min(f + 1, features.length - 1);
      const [column, mask] = [features[f]! * stride + start, f * binsPerFeature];
      const [otherColumn, otherMask] = [features[other]! * stride + start, other * binsPerFeature];
      for (let row = 0; row < rows; row++)
        leaves[row]! &= masks[mask + bins[column + row]!]! & masks[otherMask + bins[otherColumn + row]!]!;
    }
    for (let row = 0; row < rows; row++) {
      const left = leaves[row]!;
      scores[start + row]! += values[31 - Math.clz32(left & -left)]!;
    }
  }
}
