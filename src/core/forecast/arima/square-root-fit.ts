import type { Fit, FitJob, FitResult } from './fit-job.ts';
import { readsFromRoots } from './reads-from-roots.ts';

/** A forecast of so many times what any horizon of the series held has diverged. */
const divergence = 4;

/**
 * Fits the square roots of the counts, whose noise does not grow with the count, and forecasts the counts. A fit that throws,
 * or whose forecast is not a number or diverges, is failed.
 */
export function fitSquareRoots({ id, series, horizonSteps, order }: FitJob, fit: Fit): FitResult {
  try {
    const roots = series.map(Math.sqrt);
    const { mean, deviation } = moments(roots);
    if (!Number.isFinite(mean)) throw new Error('the reads are not numbers');
    if (deviation === 0) {
      const expected = new Float64Array(horizonSteps).fill(series[0] ?? 0);
      return { id, status: 'fitted', expected, variance: 0 };
    }
    const standard = roots.map((root) => (root - mean) / deviation);
    const forecast = fit(standard, horizonSteps, order);
    const rootMeans = new Float64Array(horizonSteps);
    const rootVariances = new Float64Array(horizonSteps);
    for (let step = 0; step < horizonSteps; step++) {
      rootMeans[step] = mean + deviation * numberAt(forecast.mean, step);
      rootVariances[step] = deviation ** 2 * Math.max(0, numberAt(forecast.variance, step));
    }
    const { expected, variance } = readsFromRoots(rootMeans, rootVariances);
    const reads = expected.reduce((sum, value) => sum + value, 0);
    if (!Number.isFinite(variance) || !(reads <= divergence * (busiestHorizon(series, horizonSteps) + 1)))
      throw new Error('the forecast diverged');
    return { id, status: 'fitted', expected, variance };
  } catch (error) {
    return { id, status: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

function moments(values: Float64Array): { mean: number; deviation: number } {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let variance = 0;
  for (const value of values) variance += (value - mean) ** 2 / values.length;
  const rounding = 1e-9 * Math.abs(mean);
  const deviation = Math.sqrt(variance);
  return { mean, deviation: deviation > rounding ? deviation : 0 };
}

function numberAt(values: ArrayLike<number>, step: number): number {
  const value = values[step];
  if (value === undefined || !Number.isFinite(value)) throw new Error('the fit gave no number');
  return value;
}

function busiestHorizon(series: Float64Array, horizonSteps: number): number {
  let sum = 0;
  let most = 0;
  for (let i = 0; i < series.length; i++) {
    sum += series[i]! - (i >= horizonSteps ? series[i - horizonSteps]! : 0);
    most = Math.max(most, sum);
  }
  return (most * Math.max(horizonSteps, series.length)) / Math.max(1, series.length);
}
