/** Sums up to each step, one more than there are steps. What is no count, negative or not finite, is none. */
export function sumsOf(series: Float32Array | Float64Array, sums: Float64Array): void {
  let sum = 0;
  for (let step = 0; step < series.length; step++) {
    const reads = series[step]!;
    if (reads > 0 && reads < Number.POSITIVE_INFINITY) sum += reads;
    sums[step + 1] = sum;
  }
}

/** The exponentially weighted mean a step, of the steps so far; the weights of those that are not there do not count. */
export function decayed(sums: Float64Array, halfLifeSteps: number, into: Float64Array): void {
  const keep = 0.5 ** (1 / halfLifeSteps);
  let reads = 0;
  let weight = 0;
  for (let step = 0; step < into.length; step++) {
    reads = reads * keep + sums[step + 1]! - sums[step]!;
    weight = weight * keep + 1;
    into[step] = reads / weight;
  }
}

/** The fewest whole cycles that a horizon fits into: what lies so far back is known for every step of it. 0 without a cycle. */
export function lagOf(cycleSteps: number, horizonSteps: number): number {
  return cycleSteps === 0 ? 0 : Math.ceil(horizonSteps / cycleSteps) * cycleSteps;
}
