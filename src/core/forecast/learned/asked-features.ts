import { featureCount, featureNames } from '../features/feature-rows.ts';
import type { LearnedForest } from './learned-forest.ts';

/** The features that the trees ask for most, with their share of all questions. */
export function askedFeatures(forests: LearnedForest[], shown = 8): { feature: string; share: number }[] {
  const counts = new Float64Array(featureCount);
  let all = 0;
  for (const { forest } of forests) {
    for (const { feature, left } of forest) {
      for (let node = 0; node < left.length; node++) {
        if (left[node]! < 0) continue;
        counts[feature[node]!]! += 1;
        all++;
      }
    }
  }
  return [...counts.keys()]
    .filter((f) => counts[f]! > 0)
    .sort((a, b) => counts[b]! - counts[a]!)
    .slice(0, shown)
    .map((f) => ({ feature: featureNames[f]!, share: counts[f]! / all }));
}
