/**
 * From forecasts of the square roots of counts to counts: the mean of a square is the square of the mean plus the
 * variance, and for normal roots Cov(X², Y²) = 4·E[X]·E[Y]·c + 2·c² with c = Cov(X, Y).
 *
 * A forecast has a variance for each step but none for their sum. Its error h steps ahead is σ·Σψ of the h shocks that
 * came since, so that variance h+1 less variance h is σ²·ψ_h² (Box and Jenkins, Time Series Analysis, section 5.1); that gives the size of
 * each ψ. Their signs are taken to be positive, the widest case, and the covariances of all steps follow.
 */
export function readsFromRoots(
  means: Float64Array,
  variances: Float64Array,
): { expected: Float64Array; variance: number } {
  const steps = means.length;
  const shocks = new Float64Array(steps);
  let known = 0;
  for (let step = 0; step < steps; step++) {
    shocks[step] = Math.sqrt(Math.max(0, variances[step]! - known));
    known = Math.max(known, variances[step]!);
  }
  const expected = new Float64Array(steps);
  const rises = means.map((mean) => Math.max(0, mean));
  let variance = 0;
  for (let lag = 0; lag < steps; lag++) {
    let covariance = 0;
    for (let step = 0; step + lag < steps; step++) {
      covariance += shocks[step]! * shocks[step + lag]!;
      const pair = 4 * rises[step]! * rises[step + lag]! * covariance + 2 * covariance ** 2;
      variance += lag === 0 ? pair : 2 * pair;
      if (lag === 0) expected[step] = expectedSquare(means[step]!, covariance);
    }
  }
  return { expected, variance };
}

/** A root below 0 stands for no reads: the mean then takes from the variance, down to nothing. */
function expectedSquare(mean: number, variance: number): number {
  return Math.max(0, Math.sign(mean) * mean ** 2 + variance);
}
