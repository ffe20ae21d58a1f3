/**
 * What the choice of keys needs to know of a forecast: figures that run beside `keys`, each as long as it, for
 * the horizon (origin, origin + horizonMs].
 */
export interface Candidates {
  /** Keys known at the origin, as the logs have them. */
  keys: readonly string[];
  /** P(read within the horizon), 0 to 1. */
  confidence: Float64Array | Float32Array;
  expectedReads: Float64Array | Float32Array;
  expectedWrites: Float64Array | Float32Array;
  /** NaN where no log gave it. */
  sizeBytes: Float64Array;
  /** −Infinity for a key that was never read. */
  lastReadMs: Float64Array;
  horizonMs: number;
  /** Share (0 to 1) of the horizon's reads that is expected by `ms` after the origin, rising, for 0 ≤ ms ≤ horizonMs. */
  readShareBy(ms: number): number;
}
