/** Of the standard normal distribution, at 90 %. */
const upper = 1.2815515655446004;

/**
 * The central 80 % of a gamma distribution with this mean and variance, which is never below 0 and as skewed as sums of
 * counts are; by the cube-root approximation of Wilson and Hilferty (1931).
 */
export function centralInterval(mean: number, variance: number): { low: number; high: number } {
  if (!(mean > 0)) return { low: 0, high: 0 };
  const spread = variance / mean ** 2 / 9;
  const quantile = (z: number) => mean * Math.max(0, 1 - spread + z * Math.sqrt(spread)) ** 3;
  // Where the spread is extreme the approximation falls below the mean on both sides.
  return { low: Math.min(mean, quantile(-upper)), high: Math.max(mean, quantile(upper)) };
}
