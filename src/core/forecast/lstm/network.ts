/**
 * Sizes of the one network that all keys share, and where its numbers lie in one flat array: first the cell, by unit the
 * four rows of input, forget, candidate and output gate, then the heads' rows. Every row weighs `[inputs, hidden, 1]`.
 */
export interface NetworkShape {
  inputs: number;
  hidden: number;
  /** Heads: logarithm of the correction to the level, logarithm of the dispersion, then one weight a feature of the profile. */
  outputs: number;
  /** Length of a row. */
  row: number;
  /** Where the heads begin. */
  heads: number;
  size: number;
}

export function networkShape(inputs: number, hidden: number, outputs: number): NetworkShape {
  const row = inputs + hidden + 1;
  const heads = 4 * hidden * row;
  return { inputs, hidden, outputs, row, heads, size: heads + outputs * row };
}

/**
 * Weights of the cell uniform after Glorot and Bengio (2010), forget gates open (Jozefowicz et al. 2015), heads zero:
 * untrained, the network forecasts what its offset says.
 */
export function initialWeights(shape: NetworkShape, uniform: () => number): Float64Array {
  const weights = new Float64Array(shape.size);
  const spread = Math.sqrt(6 / (shape.inputs + 2 * shape.hidden));
  for (let unitRow = 0; unitRow < 4 * shape.hidden; unitRow++) {
    const start = unitRow * shape.row;
    for (let i = 0; i < shape.row - 1; i++) weights[start + i] = spread * (2 * uniform() - 1);
    weights[start + shape.row - 1] = unitRow % 4 === 1 ? 1 : 0;
  }
  return weights;
}

/** Multiply-adds of one step of the cell. */
export function cellMultiplyAdds({ hidden, row }: NetworkShape): number {
  return 4 * hidden * row;
}
