import { featureCount, featureNames } from '../../../../src/core/forecast/features/feature-rows.ts';
import type { TrainingRows } from '../../../../src/core/forecast/learned/training-rows.ts';

export interface ExampleRow {
  reads: number;
  weight?: number;
  features?: Record<string, number>;
}

/** Training rows of one origin after the other, with the features that are named and all others zero. */
export function rowsOf(origins: ExampleRow[][]): TrainingRows {
  const all = origins.flat();
  const features = new Float32Array(all.length * featureCount);
  for (const [row, example] of all.entries())
    for (const [name, value] of Object.entries(example.features ?? {}))
      features[row * featureCount + featureNames.indexOf(name)] = value;
  const starts = [0];
  for (const rows of origins) starts.push((starts.at(-1) ?? 0) + rows.length);
  return {
    count: all.length,
    features,
    keys: Uint32Array.from(all, (_, row) => row),
    reads: Float32Array.from(all, ({ reads }) => reads),
    firstRead: new Float32Array(all.length),
    weights: Float32Array.from(all, ({ weight = 1 }) => weight),
    starts,
    readsInAll: origins.map((rows) => rows.reduce((sum, { reads, weight = 1 }) => sum + reads * weight, 0)),
    writesInAll: 0,
  };
}
