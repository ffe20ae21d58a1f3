/**
 * Reads of some keys on steps of equal width, for models that look at series: rows are keys, the last step ends at `endMs`.
 * Plain data, so that it travels to a worker as it is.
 */
export interface Panel {
  keys: number;
  steps: number;
  stepMs: number;
  /** End of the last step, in milliseconds since the epoch. */
  endMs: number;
  /** `[key * steps + step]`, oldest step first. */
  reads: Float32Array;
  /** Reads of all keys of the history on the same steps, those that are not in the panel among them. */
  group: Float64Array;
}

/** What a model expects of each key of a panel in the steps that follow it. */
export interface PanelForecast {
  horizonSteps: number;
  /** Expected reads, `[key * horizonSteps + step]`; NaN in all of a key's steps where the model has nothing to say of it. */
  expected: Float32Array;
  /** The central 80 % of the key's reads over the whole horizon, by key. */
  low: Float32Array;
  high: Float32Array;
  report: PanelReport;
}

export interface PanelReport {
  /** Keys or groups that were fitted, and those of them whose fit failed or diverged. */
  fitted: number;
  failed: number;
  /** The most frequent reason for failing. */
  failure: string | undefined;
  /** Work done, in the model's own units, out of what the budget allowed. The budget ran out where `skipped` is above 0. */
  workUnits: number;
  /** Keys left out because the budget was used up. */
  skipped: number;
}
