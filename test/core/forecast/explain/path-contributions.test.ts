import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathContributions } from '../../../../src/core/forecast/explain/path-contributions.ts';
import { featureCount } from '../../../../src/core/forecast/features/feature-rows.ts';
import { binnedRows } from '../../../../src/core/forecast/learned/binned-rows.ts';
import { fitForest, forestKinds, logRates } from '../../../../src/core/forecast/learned/learned-forest.ts';
import type { TrainingRows } from '../../../../src/core/forecast/learned/training-rows.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { forestMasks } from '../../../../src/core/forecast/trees/boost.ts';
import { poisson } from '../poisson.ts';

const count = 3000;
const teller = 3;

/** Reads follow one feature alone: twelve where it is 1, one where it is 0; all others are noise. */
function example(): { rows: TrainingRows; bins: Uint8Array } {
  const random = seededRandom(11);
  const features = new Float32Array(count * featureCount).map(() => Math.floor(random() * 4));
  const reads = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    features[row * featureCount + teller] = row % 2;
    reads[row] = poisson(row % 2 ? 12 : 1, random);
  }
  const bins = new Uint8Array(count * featureCount);
  for (let f = 0; f < featureCount; f++)
    for (let row = 0; row < count; row++)
      bins[f * count + row] = Math.max(0, features[row * featureCount + f] as number);
  const rows: TrainingRows = {
    count,
    features,
    keys: new Uint32Array(count),
    reads,
    firstRead: new Float32Array(count),
    weights: new Float32Array(count).fill(1),
    starts: [0, count],
    readsInAll: [0],
    writesInAll: 0,
  };
  return { rows, bins };
}

const { rows, bins } = example();
for (const kind of forestKinds) {
  test(`the parts of a forest of ${kind} add up to its forecast, and the feature that tells has the largest`, () => {
    const forest = fitForest(kind, binnedRows(rows, bins, undefined), count, 0, 1);
    const own = rows.features.slice(featureCount, 2 * featureCount);
    const ownBins = Uint8Array.from(own);
    const rate = logRates(
      forest,
      forestMasks(forest.forest),
      ownBins,
      1,
      () => own[0] as number,
      1,
    )[0] as number;
    const { base, byFeature } = pathContributions(forest, ownBins, own, rows, bins);
    const sum = byFeature.reduce((a, b) => a + b, base);
    assert.ok(Math.abs(sum - rate) < 1e-3, `${sum} for ${rate}`);
    assert.ok(byFeature[teller] === Math.max(...byFeature));
    assert.ok((byFeature[teller] as number) > 0.5, String(byFeature[teller]));
  });
}
