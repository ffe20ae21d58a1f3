/** Ascending upper edges of a feature's bins, at most 254: a value falls in the first bin whose edge is not below it. */
export type Edges = Float32Array;

const maxBins = 255;
const sampleSize = 32_768;

/**
 * Cuts a feature into bins of roughly equal numbers of rows, equal values always in one bin (as LightGBM, Ke et al. 2017, section 2.1).
 * `rows` is row-major with `features` values a row; NaN is not allowed in it.
 */
export function findEdges(rows: Float32Array, features: number, feature: number): Edges {
  const count = rows.length / features;
  const stride = Math.max(1, Math.floor(count / sampleSize));
  const values = new Float32Array(Math.ceil(count / stride));
  for (let i = 0, row = 0; i < values.length; i++, row += stride) values[i] = rows[row * features + feature]!;
  values.sort();
  const edges: number[] = [];
  for (let at = 0; at < values.length && edges.length < maxBins - 1; ) {
    const share = Math.max(1, Math.floor((values.length - at) / (maxBins - 1 - edges.length)));
    const edge = values[Math.min(values.length, at + share) - 1]!;
    let next = at + share;
    while (next < values.length && values[next] === edge) next++;
    if (next >= values.length) break;
    edges.push(edge);
    at = next;
  }
  return Float32Array.from(edges);
}
