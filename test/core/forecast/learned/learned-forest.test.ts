import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BinnedRows } from '../../../../src/core/forecast/learned/binned-rows.ts';
import {
  fitForest,
  forestKinds,
  type LearnedForest,
  leavesFor,
  logRates,
} from '../../../../src/core/forecast/learned/learned-forest.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { forestMasks } from '../../../../src/core/forecast/trees/boost.ts';
import { mostLeaves } from '../../../../src/core/forecast/trees/leaf-masks.ts';
import { poisson } from '../poisson.ts';
import { valueAt } from '../value-at.ts';

const count = 6000;
const features = 1;
const rateOf = (bin: number) => (bin < 100 ? 0.2 : bin < 200 ? 1 : 6);

/** Rows whose reads the only feature tells; the decayed count knows half of it. */
function example(): BinnedRows {
  const random = seededRandom(6);
  const bins = Uint8Array.from({ length: count * features }, () => Math.floor(random() * 255));
  return {
    bins,
    stride: count,
    features,
    reads: Float32Array.from({ length: count }, (_, row) => poisson(rateOf(valueAt(bins, row)), random)),
    weights: new Float32Array(count).fill(2),
    decayed: (feature, row) => {
      assert.equal(feature, 7);
      return valueAt(bins, row) < 100 ? 0 : 5;
    },
  };
}

function told(learned: LearnedForest, rows: BinnedRows): Float32Array {
  const masks = forestMasks(learned.forest);
  return logRates(learned, masks, rows.bins, count, (row) => rows.decayed(7, row), count);
}

for (const kind of forestKinds) {
  test(`a forest of ${kind} learns what is to be read`, () => {
    const rows = example();
    const learned = fitForest(kind, rows, count, 7, 1);
    const rates = told(learned, rows);
    assert.deepEqual([learned.kind, learned.decayFeature], [kind, 7]);
    // Squares of mean roots are less than means, and the more so the fewer reads there are.
    for (const rate of [0.2, 1, 6]) {
      const within = kind !== 'roots' ? [0.75, 1.33] : rate === 6 ? [0.8, 1.1] : [0.02, 1.1];
      const found = rates.filter((_, row) => rateOf(valueAt(rows.bins, row)) === rate);
      const mean = Math.exp(found.reduce((sum, log) => sum + log, 0) / found.length);
      assert.ok(mean > rate * valueAt(within, 0) && mean < rate * valueAt(within, 1), `${rate}: ${mean}`);
    }
    assert.deepEqual(fitForest(kind, rows, count, 7, 1), learned);
  });

  test(`a forest of ${kind} that was never told of a read expects next to none`, () => {
    const rows = { ...example(), reads: new Float32Array(count) };
    const learned = fitForest(kind, rows, count, 7, 1);
    const rates = told(learned, rows);
    assert.ok(rates.every((log) => Number.isFinite(log) && log < -8));
  });
}

test('trees grow with the rows, between bounds', () => {
  assert.deepEqual([0, 6000, 29_600, 37_000, 50_000, 59_200, 1e9].map(leavesFor), [
    16,
    16,
    16,
    20,
    27,
    mostLeaves,
    mostLeaves,
  ]);
});
