/** Of a count: the central 80 %, both ends in it. */
export interface CountInterval {
  low: number;
  high: number;
  /** `poisson` where counts like it scattered no more than that; ARIMA and the LSTM say themselves how sure they are. */
  by: 'poisson' | 'negative binomial' | 'its own variance';
}

/** What was expected of rows, what came, and how many keys each stands for. */
export interface Scatter {
  expected: ArrayLike<number>;
  came: ArrayLike<number>;
  weights: ArrayLike<number>;
}

/** Rows whose expectation is within this factor are like it, if there are so many. */
const nearFactor = 3;
const leastNear = 30;
/** From here on the sum over single counts is long, and a gamma distribution of the same mean and variance is as near. */
const largeMean = 500;

/** The interval of a count of this mean, as counts of about the same expectation scattered in the backtest. */
export function countInterval(mean: number, scatter: Scatter): CountInterval {
  const extra = overdispersion(mean, scatter);
  const by = extra > 0 ? 'negative binomial' : 'poisson';
  if (!(mean > 0)) return { low: 0, high: 0, by };
  return { low: quantile(mean, extra, 0.1), high: quantile(mean, extra, 0.9), by };
}

/**
 * The α of the variance μ + αμ², by the method of moments (Cameron and Trivedi 1998, section 3.3); never below 0. With nothing to
 * judge by it is 1, that of a rate of which one read is known.
 */
export function overdispersion(mean: number, { expected, came, weights }: Scatter): number {
  if (expected.length === 0) return 1;
  const near = { squares: 0, scale: 0, rows: 0 };
  const all = { squares: 0, scale: 0 };
  for (let row = 0; row < expected.length; row++) {
    const m = expected[row]!;
    const squares = weights[row]! * ((came[row]! - m) ** 2 - m);
    const scale = weights[row]! * m * m;
    all.squares += squares;
    all.scale += scale;
    if (m * nearFactor < mean || m > mean * nearFactor) continue;
    near.squares += squares;
    near.scale += scale;
    near.rows++;
  }
  const { squares, scale } = near.rows >= leastNear ? near : all;
  return scale > 0 ? Math.max(0, squares / scale) : 0;
}

/** The least count k with P(X ≤ k) ≥ `share`, for the mean μ and variance μ + αμ². */
function quantile(mean: number, extra: number, share: number): number {
  if (mean > largeMean) return gammaQuantile(mean, extra, share);
  const size = 1 / extra;
  const step = extra > 0 ? mean / (mean + size) : 0;
  let chance = extra > 0 ? Math.exp(-size * Math.log1p(mean * extra)) : Math.exp(-mean);
  let sum = chance;
  let count = 0;
  const most = 1000 * (mean + 10);
  while (sum < share && count < most) {
    chance *= extra > 0 ? (step * (count + size)) / (count + 1) : mean / (count + 1);
    sum += chance;
    count++;
  }
  return count;
}

const z80 = 1.2815515655446004;

/** By the cube-root transformation of Wilson and Hilferty (1931). */
function gammaQuantile(mean: number, extra: number, share: number): number {
  const spread = (extra + 1 / mean) / 9;
  const z = share < 0.5 ? -z80 : z80;
  return Math.round(mean * Math.max(0, 1 - spread + z * Math.sqrt(spread)) ** 3);
}
