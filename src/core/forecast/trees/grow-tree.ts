/** A regression tree on binned features. Inner node i sends a row left where its bin is ≤ `bin[i]`; `left[i]` < 0 marks a leaf. */
export interface Tree {
  feature: Int16Array;
  bin: Uint8Array;
  left: Int16Array;
  right: Int16Array;
  value: Float64Array;
}

export interface GrowOptions {
  /** At most `mostLeaves`. */
  maxLeaves: number;
  minHessian: number;
  /** Ridge penalty on leaf values. */
  lambda: number;
  learningRate: number;
  /** Bound on a leaf's value before the learning rate: with a log link, one leaf must not multiply by thousands. */
  maxStep: number;
}

const binsPerFeature = 256;

interface Node {
  id: number;
  start: number;
  end: number;
  gradient: number;
  hessian: number;
  histogram: Float64Array;
  gain: number;
  feature: number;
  bin: number;
  depth: number;
}

/** Grows trees leaf by leaf, best gain first (LightGBM, Ke et al. 2017, section 2), by histograms of gradients. */
export class TreeGrower {
  readonly #bins: Uint8Array;
  readonly #stride: number;
  readonly #options: GrowOptions;
  readonly #pool: Float64Array[] = [];
  readonly #scratch: Uint32Array;
  readonly #gradients: Float32Array;
  readonly #hessians: Float32Array;

  /** `bins` is column-major, `stride` values a feature. */
  constructor(bins: Uint8Array, stride: number, options: GrowOptions) {
    this.#bins = bins;
    this.#stride = stride;
    this.#options = options;
    this.#scratch = new Uint32Array(stride);
    this.#gradients = new Float32Array(stride);
    this.#hessians = new Float32Array(stride);
  }

  /** Reorders `taken`. */
  grow(gradients: Float32Array, hessians: Float32Array, taken: Uint32Array, features: Int16Array): Tree {
    const { maxLeaves, lambda, learningRate, maxStep } = this.#options;
    const tree = {
      feature: new Int16Array(maxLeaves * 2 - 1),
      bin: new Uint8Array(maxLeaves * 2 - 1),
      left: new Int16Array(maxLeaves * 2 - 1).fill(-1),
      right: new Int16Array(maxLeaves * 2 - 1).fill(-1),
      value: new Float64Array(maxLeaves * 2 - 1),
    };
    const root = this.#node(0, 0, taken.length, 0, features);
    this.#fill(root, gradients, hessians, taken, features);
    this.#split(root, features);
    let nodes = 1;
    const open: Node[] = [root];
    for (let leaves = 1; leaves < maxLeaves; leaves++) {
      let best = -1;
      for (let i = 0; i < open.length; i++)
        if (open[i]!.gain > 0 && (best < 0 || open[i]!.gain > open[best]!.gain)) best = i;
      if (best < 0) break;
      const parent = open[best]!;
      open.splice(best, 1);
      const middle = this.#partition(parent, taken);
      const left = this.#node(nodes++, parent.start, middle, parent.depth + 1, features);
      const right = this.#node(nodes++, middle, parent.end, parent.depth + 1, features);
      tree.feature[parent.id] = parent.feature;
      tree.bin[parent.id] = parent.bin;
      tree.left[parent.id] = left.id;
      tree.right[parent.id] = right.id;
      const [small, large] = left.end - left.start <= right.end - right.start ? [left, right] : [right, left];
      this.#fill(small, gradients, hessians, taken, features);
      subtract(parent.histogram, small.histogram, large.histogram);
      large.gradient = parent.gradient - small.gradient;
      large.hessian = parent.hessian - small.hessian;
      this.#pool.push(parent.histogram);
      this.#split(left, features);
      this.#split(right, features);
      open.push(left, right);
    }
    for (const leaf of open) {
      const step = -leaf.gradient / (leaf.hessian + lambda);
      tree.value[leaf.id] = Math.max(-maxStep, Math.min(maxStep, step)) * learningRate;
      this.#pool.push(leaf.histogram);
    }
    return tree;
  }

  #node(id: number, start: number, end: number, depth: number, features: Int16Array): Node {
    const length = features.length * binsPerFeature * 2;
    const kept = this.#pool.pop();
    const histogram = kept?.length === length ? kept : new Float64Array(length);
    return { id, start, end, depth, histogram, gradient: 0, hessian: 0, gain: 0, feature: 0, bin: 0 };
  }

  #fill(
    node: Node,
    gradients: Float32Array,
    hessians: Float32Array,
    taken: Uint32Array,
    features: Int16Array,
  ): void {
    const { histogram, start, end } = node;
    const [bins, g, h] = [this.#bins, this.#gradients, this.#hessians];
    histogram.fill(0);
    let gradient = 0;
    let hessian = 0;
    // Gathered once, so that the loop over the features reads them in order.
    for (let i = start; i < end; i++) {
      const row = taken[i]!;
      gradient += g[i] = gradients[row]!;
      hessian += h[i] = hessians[row]!;
    }
    for (let f = 0; f < features.length; f++) {
      const base = f * binsPerFeature * 2;
      const column = features[f]! * this.#stride;
      for (let i = start; i < end; i++) {
        const at = base + bins[column + taken[i]!]! * 2;
        histogram[at]! += g[i]!;
        histogram[at + 1]! += h[i]!;
      }
    }
    node.gradient = gradient;
    node.hessian = hessian;
  }

  #split(node: Node, features: Int16Array): void {
    const { minHessian, lambda } = this.#options;
    const { histogram, gradient, hessian } = node;
    if (hessian < minHessian * 2) return;
    const whole = (gradient * gradient) / (hessian + lambda);
    let best = 1e-9;
    for (let f = 0; f < features.length; f++) {
      const base = f * binsPerFeature * 2;
      let g = 0;
      let h = 0;
      for (let b = 0; b < binsPerFeature - 1; b++) {
        const step = histogram[base + b * 2 + 1]!;
        if (step === 0) continue;
        g += histogram[base + b * 2]!;
        h += step;
        if (h < minHessian) continue;
        const restH = hessian - h;
        if (restH < minHessian) break;
        const restG = gradient - g;
        const gain = (g * g) / (h + lambda) + (restG * restG) / (restH + lambda) - whole;
        if (gain > best) {
          best = gain;
          node.gain = gain;
          node.feature = features[f]!;
          node.bin = b;
        }
      }
    }
  }

  #partition({ start, end, feature, bin }: Node, taken: Uint32Array): number {
    const column = feature * this.#stride;
    const bins = this.#bins;
    const scratch = this.#scratch;
    let low = start;
    let kept = 0;
    for (let i = start; i < end; i++) {
      const row = taken[i]!;
      if (bins[column + row]! <= bin) taken[low++] = row;
      else scratch[kept++] = row;
    }
    taken.set(scratch.subarray(0, kept), low);
    return low;
  }
}

function subtract(whole: Float64Array, part: Float64Array, into: Float64Array): void {
  for (let i = 0; i < whole.length; i++) into[i] = whole[i]! - part[i]!;
}
