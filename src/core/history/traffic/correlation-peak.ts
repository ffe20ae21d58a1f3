import { correlationByPart, crossCorrelation } from './cross-correlation.ts';

/** In deviations of the correlation at all other lags: of thousands of lags of unrelated series none comes near it. */
const leastHeight = 7;

/** So much higher than any other lag, or several offsets would do, as where both do something every hour. */
const leastLead = 1.5;

/** Two jobs, each once a day, agree at some lag too: without the best six of 24 parts of the time a third must be left. */
const parts = 24;
const bestParts = 6;
const leastLeft = 1 / 3;

/** A burst that is cut by a bucket's end shows at neighbouring lags too. */
const peakReach = 3;

export interface CorrelationPeak {
  lag: number;
  correlation: number;
}

/**
 * The lag, `maxLag` at most, at which two series of mean 0 agree as they do at no other: over the whole time, in both halves of it, and not
 * by a few moments alone. Or why there is none.
 */
export function correlationPeak(
  a: Float64Array,
  b: Float64Array,
  maxLag: number,
): CorrelationPeak | 'no-peak' | 'several-peaks' {
  const { whole, firstHalf, secondHalf } = crossCorrelation(a, b, maxLag);
  const place = highest(whole);
  const lag = place - maxLag;
  const correlation = whole[place] as number;
  const rest = whole.filter((_, other) => Math.abs(other - place) > peakReach);
  if (correlation < leastHeight * Math.max(deviationOf(rest), 1 / Math.sqrt(a.length))) return 'no-peak';
  if (correlation < leastLead * Math.max(...rest)) return 'several-peaks';
  if ([firstHalf, secondHalf].some((half) => Math.abs(highest(half) - place) > 1)) return 'several-peaks';
  const others = correlationByPart(a, b, lag, parts)
    .sort()
    .subarray(0, parts - bestParts);
  const left = others.reduce((sum, part) => sum + part, 0);
  return left < leastLeft * correlation ? 'no-peak' : { lag, correlation };
}

function highest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if ((values[i] as number) > (values[best] as number)) best = i;
  }
  return best;
}

/** By the median of the absolute values, which a peak does not move. */
function deviationOf(values: Float64Array): number {
  const sorted = values.map(Math.abs).sort();
  return 1.4826 * (sorted[sorted.length >> 1] ?? 0);
}
