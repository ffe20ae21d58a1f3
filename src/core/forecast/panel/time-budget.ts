/** What fitting may cost. Counted as work, so that the same history gives the same plan on every machine. */
export interface TimeBudget {
  /** Seconds of work of two cores, as this was written on. */
  seconds: number;
  /** End models of series after their share of the seconds by the clock too; plans then differ from run to run. */
  byClock: boolean;
}

export const defaultTimeBudget: TimeBudget = { seconds: 5, byClock: false };

/** Shares of the budget; the forests have the rest. */
export const seriesShare = 0.15;

/** What one second of work is, in each model's own units. */
const rowsPerSecond = 12_000;
const arimaUnitsPerSecond = 50_000;
const lstmUnitsPerSecond = 1_000;

export function rowLimit({ seconds }: TimeBudget): number {
  return Math.round(Math.max(2_000, Math.min(600_000, seconds * rowsPerSecond)));
}

/** Each of the models' share, for one of so many forecasts. */
export function arimaUnits({ seconds }: TimeBudget, forecasts: number): number {
  return Math.floor((seconds * seriesShare * arimaUnitsPerSecond) / forecasts);
}

export function lstmUnits({ seconds }: TimeBudget, forecasts: number): number {
  return Math.floor((seconds * seriesShare * lstmUnitsPerSecond) / forecasts);
}
