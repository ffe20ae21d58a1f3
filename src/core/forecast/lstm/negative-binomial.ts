import { digamma, lnGamma } from './gamma.ts';

/**
 * Negative log-likelihood of a count under a negative binomial of mean μ and variance μ + αμ², without the term that
 * depends on the count alone (Salinas et al. 2020, section 3.1). Writes its derivatives by ln μ and ln α to `slopes`.
 */
export function countLoss(count: number, logMean: number, logAlpha: number, slopes: Float64Array): number {
  const mean = Math.exp(logMean);
  const size = Math.exp(-logAlpha);
  const ratio = mean / size;
  const logOnePlus = Math.log1p(ratio);
  const byMean = (mean - count) / (1 + ratio);
  slopes[0] = byMean;
  slopes[1] = byMean - size * (digamma(size) - digamma(count + size) + logOnePlus);
  return lnGamma(size) - lnGamma(count + size) + (size + count) * logOnePlus - count * (logMean + logAlpha);
}

/** Means above this are scaled down to it, so that the sum over the probabilities stays short. */
const summedMean = 2000;
/** Gamma shape from which the Wilson-Hilferty cube root is as exact as anyone can tell. */
const smoothShape = 100;
/** Standard normal quantile of 0.9. */
const normalDeviate = 1.2815515655446004;

/** The 10 % and 90 % quantiles of a negative binomial of mean μ and variance μ + αμ². */
export function centralInterval(mean: number, alpha: number): { low: number; high: number } {
  const shape = mean / (1 + alpha * mean);
  if (shape > smoothShape) return { low: smooth(mean, shape, -1), high: smooth(mean, shape, 1) };
  if (mean <= summedMean) return summed(mean, alpha);
  // The same relative variance at a smaller mean: at such sizes the distribution is that of its continuous limit.
  const { low, high } = summed(summedMean, 1 / shape - 1 / summedMean);
  return { low: (low * mean) / summedMean, high: (high * mean) / summedMean };
}

/** Quantile of the gamma distribution with the same mean and variance (Wilson and Hilferty 1931). */
function smooth(mean: number, shape: number, side: -1 | 1): number {
  const spread = 1 / (9 * shape);
  return mean * (1 - spread + side * normalDeviate * Math.sqrt(spread)) ** 3;
}

function summed(mean: number, alpha: number): { low: number; high: number } {
  if (!(mean > 0)) return { low: 0, high: 0 };
  const size = 1 / alpha;
  const success = mean / (mean + size);
  let probability = Math.exp(-size * Math.log1p(mean / size));
  let below = probability;
  let count = 0;
  const last = mean * 1000 + 1000;
  let low = below >= 0.1 ? 0 : Number.NaN;
  while (below < 0.9 && count < last) {
    probability *= ((count + size) / (count + 1)) * success;
    below += probability;
    count++;
    if (Number.isNaN(low) && below >= 0.1) low = count;
  }
  return { low, high: count };
}
