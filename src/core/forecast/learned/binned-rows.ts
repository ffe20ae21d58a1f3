import { halfOf } from '../backtest/folds.ts';
import { featureCount } from '../features/feature-rows.ts';
import type { TrainingRows } from './training-rows.ts';

/** Training rows as trees look at them. */
export interface BinnedRows {
  /** Column-major, `[feature * stride + row]`, in shared memory. */
  bins: Uint8Array;
  stride: number;
  features: number;
  reads: Float32Array;
  weights: Float32Array;
  /** The value of a feature itself. */
  decayed(feature: number, row: number): number;
}

/** Rows of the keys of the half `without` weigh nothing. */
export function binnedRows(rows: TrainingRows, bins: Uint8Array, without: 0 | 1 | undefined): BinnedRows {
  return {
    bins,
    stride: rows.count,
    features: featureCount,
    reads: rows.reads,
    weights:
      without === undefined
        ? rows.weights
        : rows.weights.map((weight, row) => (halfOf(rows.keys[row]!) === without ? 0 : weight)),
    decayed: (feature, row) => rows.features[row * featureCount + feature]!,
  };
}
