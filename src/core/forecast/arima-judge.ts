/** One key for ARIMA. Travels to a worker as it is. */
export interface ArimaJob {
  id: number;
  /** Reads per step, oldest first. */
  series: Float64Array;
  /** The same of all keys together. */
  groupSeries: Float64Array;
  horizonSteps: number;
  /** Earlier horizons at the end of the series, oldest first. */
  holdouts: Holdout[];
  /** Take ARIMA's forecast without holding it against the decayed counts'. */
  unconditionally: boolean;
}

export interface Holdout {
  /** Reads of the group that were forecast. */
  volume: number;
  /** Reads that the decayed count forecast for the key. */
  rival: number;
}

export type ArimaVerdict =
  /** `share`: of the group's reads in the horizon after the series. */
  | { id: number; status: 'better'; share: number }
  | { id: number; status: 'worse' }
  /** Too few steps, or too few of them with a read. */
  | { id: number; status: 'sparse' }
  | { id: number; status: 'failed'; reason: string };

/** Fits a series and forecasts so many steps; may throw and may give anything. */
export type Fit = (series: Float64Array, steps: number) => ArrayLike<number>;

/** Below this many steps, or steps with a read, there is nothing to fit. */
const leastSteps = 48;
const leastActiveSteps = 6;
/** A forecast of so many times what any horizon of the series held has diverged. */
const divergence = 4;

/**
 * Fits the series without its last horizons, compares what ARIMA says of each with what came, and refits on all of it
 * only where its error, on the square roots of the counts, was the smaller one each time. ARIMA forecasts the key's share
 * of the group, as its forecast for the key over its forecast for the group: the cycles that they have in common,
 * which a plain fit does not follow, cancel out, and the volume is left to the forecast that decayed counts use.
 */
export function judgeArima(job: ArimaJob, fit: Fit): ArimaVerdict {
  const { id, series, horizonSteps, unconditionally } = job;
  const holdouts = unconditionally ? [] : job.holdouts;
  const trained = series.length - holdouts.length * horizonSteps;
  let active = 0;
  for (let i = 0; i < trained; i++) if (series[i]! > 0) active++;
  if (trained < leastSteps || active < leastActiveSteps) return { id, status: 'sparse' };
  try {
    for (const [i, holdout] of holdouts.entries()) {
      const cut = series.length - (holdouts.length - i) * horizonSteps;
      if (!beats(holdout, shareAfter(job, cut, fit), readsIn(series, cut, cut + horizonSteps)))
        return { id, status: 'worse' };
    }
    if (holdouts.length === 0 && !unconditionally) return { id, status: 'worse' };
    return { id, status: 'better', share: shareAfter(job, series.length, fit) };
  } catch (error) {
    return { id, status: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

function beats({ volume, rival }: Holdout, share: number, came: number): boolean {
  const error = (expected: number) => Math.abs(Math.sqrt(expected) - Math.sqrt(came));
  return error(share * volume) < error(rival);
}

function shareAfter({ series, groupSeries, horizonSteps }: ArimaJob, cut: number, fit: Fit): number {
  const group = groupReadsAfter(groupSeries.subarray(0, cut), horizonSteps, fit);
  return Math.min(1, readsAfter(series.subarray(0, cut), horizonSteps, fit) / group);
}

/** The mean horizon takes the place of a fit that fails: one bad fit of the group must not cost all keys theirs. */
function groupReadsAfter(series: Float64Array, horizonSteps: number, fit: Fit): number {
  const mean = (readsIn(series, 0, series.length) / series.length) * horizonSteps;
  try {
    return Math.max(mean / divergence, readsAfter(series, horizonSteps, fit));
  } catch {
    return mean;
  }
}

function readsIn(series: Float64Array, from: number, to: number): number {
  let reads = 0;
  for (let step = from; step < to; step++) reads += series[step]!;
  return reads;
}

function readsAfter(series: Float64Array, horizonSteps: number, fit: Fit): number {
  const steps = fit(series, horizonSteps);
  let reads = 0;
  for (let i = 0; i < horizonSteps; i++) {
    const step = steps[i];
    if (step === undefined || !Number.isFinite(step)) throw new Error('the fit gave no number');
    reads += Math.max(0, step);
  }
  if (reads > divergence * (busiestHorizon(series, horizonSteps) + 1))
    throw new Error('the forecast diverged');
  return reads;
}

function busiestHorizon(series: Float64Array, horizonSteps: number): number {
  let sum = 0;
  let most = 0;
  for (let i = 0; i < series.length; i++) {
    sum += series[i]! - (i >= horizonSteps ? series[i - horizonSteps]! : 0);
    most = Math.max(most, sum);
  }
  return most;
}
