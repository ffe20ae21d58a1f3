/** Orders of a seasonal ARIMA; `season` is in steps, and 0 where there is none. */
export interface ArimaOrder {
  p: number;
  d: number;
  q: number;
  P: number;
  D: number;
  Q: number;
  season: number;
}

/** One series to fit. Travels to a worker as it is. */
export interface FitJob {
  /** Its place in the list of jobs. */
  id: number;
  /** Reads per step, oldest first. */
  series: Float64Array;
  horizonSteps: number;
  order: ArimaOrder;
}

export type FitResult =
  | {
      id: number;
      status: 'fitted';
      /** Expected reads of each step that follows. */
      expected: Float64Array;
      /** Variance of the reads of all these steps together. */
      variance: number;
    }
  | { id: number; status: 'failed'; reason: string };

/**
 * Gives what follows a series and the error variance of each step; may throw and may give anything.
 * The series has mean 0 and variance 1.
 */
export type Fit = (
  series: Float64Array,
  steps: number,
  order: ArimaOrder,
) => { mean: ArrayLike<number>; variance: ArrayLike<number> };
