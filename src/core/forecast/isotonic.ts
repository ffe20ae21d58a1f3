/** Points sorted by x, ascending; `weights` are above zero. The arrays run side by side. */
export interface WeightedPoints {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  weights: ArrayLike<number>;
}

export interface Point {
  x: number;
  y: number;
}

export interface Block extends Point {
  /** Weighted mean of the block's x. */
  x: number;
  /** Weighted mean of the block's y. */
  y: number;
  weight: number;
}

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955): the non-decreasing step function that is
 * nearest to the points in weighted least squares, as its blocks in ascending order. Points of equal x share a block.
 */
export function poolAdjacentViolators(points: WeightedPoints): Block[] {
  const blocks: (Block & { lastX: number })[] = [];
  for (let i = 0; i < points.x.length; i++) {
    const x = points.x[i]!;
    let block = { x, y: points.y[i]!, weight: points.weights[i]!, lastX: x };
    for (
      let below = blocks.at(-1);
      below && (below.y >= block.y || below.lastX === x);
      below = blocks.at(-1)
    ) {
      blocks.pop();
      const weight = below.weight + block.weight;
      block = {
        x: (below.x * below.weight + block.x * block.weight) / weight,
        y: (below.y * below.weight + block.y * block.weight) / weight,
        weight,
        lastX: block.lastX,
      };
    }
    blocks.push(block);
  }
  return blocks.map(({ x, y, weight }) => ({ x, y, weight }));
}

/** Straight lines between the blocks' middles, flat outside: non-decreasing where the blocks are. */
export function interpolate(blocks: readonly Point[], x: number): number {
  let low = 0;
  let high = blocks.length - 1;
  if (high < 0) return Number.NaN;
  if (x <= blocks[0]!.x) return blocks[0]!.y;
  if (x >= blocks[high]!.x) return blocks[high]!.y;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (blocks[middle]!.x <= x) low = middle;
    else high = middle;
  }
  const [left, right] = [blocks[low]!, blocks[high]!];
  return left.y + ((right.y - left.y) * (x - left.x)) / (right.x - left.x);
}
