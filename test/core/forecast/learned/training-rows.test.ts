import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { halfOf } from '../../../../src/core/forecast/backtest/folds.ts';
import { binnedRows } from '../../../../src/core/forecast/learned/binned-rows.ts';
import { trainingRows } from '../../../../src/core/forecast/learned/training-rows.ts';
import { columnsOf, exampleSeries } from '../series/example-columns.ts';
import { valueAt } from '../value-at.ts';
import { rowsOf } from './example-rows.ts';

test('a row tells what came of a key in the window, and when it was first read', () => {
  fc.assert(
    fc.property(
      fc.array(exampleSeries(200), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(200), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 90 }),
      (series, unsorted, horizonBuckets) => {
        const origins = unsorted.sort((a, b) => a - b);
        const keys = Uint32Array.from(series, (_, key) => key);
        const weights = Float32Array.from(series, (_, key) => key + 1);
        const sample = {
          keys: origins.map(() => keys),
          weights: origins.map(() => weights),
          known: origins.map(() => series.length),
        };
        const rows = trainingRows(columnsOf(series), sample, origins, horizonBuckets);
        assert.equal(rows.count, series.length * origins.length);
        let writesInAll = 0;
        for (const [o, origin] of origins.entries()) {
          let readsInAll = 0;
          for (const [key, { accesses }] of series.entries()) {
            const row = valueAt(rows.starts, o) + key;
            const came = accesses.filter(
              ({ bucket }) => bucket >= origin && bucket < origin + horizonBuckets,
            );
            const reads = came.reduce((sum, access) => sum + access.reads, 0);
            const first = came.find((access) => access.reads > 0);
            assert.deepEqual([rows.keys[row], rows.reads[row], rows.weights[row]], [key, reads, key + 1]);
            const when = first ? (first.bucket - origin + 0.5) / horizonBuckets : Number.NaN;
            assert.equal(rows.firstRead[row], Math.fround(when));
            readsInAll += reads * (key + 1);
            writesInAll += came.reduce((sum, access) => sum + access.writes, 0) * (key + 1);
          }
          assert.equal(rows.readsInAll[o], readsInAll);
        }
        assert.equal(rows.starts.at(-1), rows.count);
        assert.equal(rows.writesInAll, writesInAll);
      },
    ),
    { seed: 131 },
  );
});

test('the keys that a forest is judged on weigh nothing while it learns', () => {
  const rows = rowsOf([Array.from({ length: 9 }, (_, i) => ({ reads: i, weight: 3 }))]);
  for (const half of [0, 1] as const) {
    const { weights } = binnedRows(rows, new Uint8Array(0), half);
    for (const [row, weight] of weights.entries())
      assert.equal(weight, halfOf(valueAt(rows.keys, row)) === half ? 0 : 3);
  }
  assert.equal(binnedRows(rows, new Uint8Array(0), undefined).weights, rows.weights);
});
