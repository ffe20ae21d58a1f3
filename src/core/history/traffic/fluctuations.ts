/** The slow trend is the mean over an hour on either side. */
const trendMs = 3_600_000;

/** One burst, however high, must not outweigh all else. */
const mostDeviations = 3;
const limitRounds = 8;

/**
 * What of a series of counts is neither slow nor the same every day: counts are brought to equal variance (F. J. Anscombe, "The
 * transformation of Poisson, binomial and negative-binomial data", Biometrika 35, 1948), then the moving mean of two hours and,
 * where there are four days for it, the mean of each time of day are taken away. `from` to `to` is where the log has a say; all
 * else is 0.
 */
export function fluctuationsOf(
  counts: Float64Array,
  bucketMs: number,
  from: number,
  to: number,
): Float64Array {
  const values = new Float64Array(counts.length);
  const said = values.subarray(from, to);
  const reach = Math.max(1, Math.round(trendMs / bucketMs));
  for (let i = from; i < to; i++) values[i] = Math.sqrt((counts[i] as number) + 3 / 8);
  takeTrendAway(said, reach);
  limit(said);
  takeDayAway(said, Math.round(86_400_000 / bucketMs));
  // Once more, for a burst moved the means around it as long as it was not limited.
  takeTrendAway(said, reach);
  limit(said);
  return values;
}

/** Each round lowers the deviation that the highest bursts made. */
function limit(values: Float64Array): void {
  for (let round = 0; round < limitRounds; round++) {
    let squares = 0;
    for (let i = 0; i < values.length; i++) squares += (values[i] as number) ** 2;
    const most = mostDeviations * Math.sqrt(squares / Math.max(1, values.length));
    for (let i = 0; i < values.length; i++) {
      values[i] = Math.min(most, Math.max(-most, values[i] as number));
    }
  }
}

function takeDayAway(values: Float64Array, day: number): void {
  if (values.length < 4 * day) return;
  for (let start = 0; start < day; start++) {
    let sum = 0;
    let times = 0;
    for (let i = start; i < values.length; i += day) {
      sum += values[i] as number;
      times++;
    }
    for (let i = start; i < values.length; i += day) values[i] = (values[i] as number) - sum / times;
  }
}

function takeTrendAway(values: Float64Array, reach: number): void {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = (sums[i] as number) + (values[i] as number);
  for (let i = 0; i < values.length; i++) {
    const begin = Math.max(0, i - reach);
    const end = Math.min(values.length, i + reach + 1);
    const mean = ((sums[end] as number) - (sums[begin] as number)) / (end - begin);
    values[i] = (values[i] as number) - mean;
  }
}

/**
 * Takes from both what the value before says about a value, in the same way, so that bursts of several buckets do not
 * make neighbouring lags look alike (G. E. P. Box and G. M. Jenkins, "Time Series Analysis", 1970: prewhitening).
 */
export function whiten(a: Float64Array, b: Float64Array): void {
  const weight = (memoryOf(a) + memoryOf(b)) / 2;
  for (const values of [a, b]) {
    for (let i = values.length - 1; i > 0; i--) {
      values[i] = (values[i] as number) - weight * (values[i - 1] as number);
    }
  }
}

/** The correlation of each value with the next, never below 0. */
function memoryOf(values: Float64Array): number {
  let products = 0;
  let squares = 0;
  for (let i = 1; i < values.length; i++) {
    products += (values[i] as number) * (values[i - 1] as number);
    squares += (values[i] as number) ** 2;
  }
  return squares === 0 ? 0 : Math.max(0, products / squares);
}
