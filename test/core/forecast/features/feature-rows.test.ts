import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  FeatureRows,
  featureCount,
  featureNames,
} from '../../../../src/core/forecast/features/feature-rows.ts';
import { birthOrder, keyOrder, naturalOrder } from '../../../../src/core/forecast/features/key-order.ts';
import { emptySignals, fillSignals, isKnown } from '../../../../src/core/forecast/series/signals.ts';
import { columnsOf, type ExampleSeries, exampleSeries } from '../series/example-columns.ts';
import { valueAt } from '../value-at.ts';

const span = 24 * 20;
const scale = { bucketMs: 3_600_000, horizonBuckets: 12, sizesKnown: false, spanBuckets: span };

/** The features of all keys that are known at the origin, by name; a key keeps its name whatever else is there. */
function rowsAt(series: Map<string, ExampleSeries>, origin: number): Map<string, Float32Array> {
  const names = [...series.keys()];
  const columns = columnsOf([...series.values()]);
  const signals = emptySignals(names.length, 1);
  fillSignals(columns, { ...scale, origins: [origin] }, signals, 0, names.length);
  const natural = keyOrder(naturalOrder(names));
  const orders = { natural, birth: keyOrder(birthOrder(columns.firstMs, natural)) };
  const atOrigin = valueAt(signals, 0);
  const features = new FeatureRows(columns, orders, scale);
  features.moveTo(origin, atOrigin);
  const known = names.map((_, key) => key).filter((key) => isKnown(atOrigin, key));
  const rows = new Float32Array(known.length * featureCount);
  features.write(known, rows);
  return new Map(
    known.map((key, i) => [valueAt(names, key), rows.subarray(i * featureCount, (i + 1) * featureCount)]),
  );
}

const history = fc.record({
  series: fc.array(exampleSeries(span), { minLength: 1, maxLength: 12 }),
  origin: fc.integer({ min: 1, max: span }),
});

test('whatever comes after an origin, of known keys and of new ones, no feature at it changes', () => {
  fc.assert(
    fc.property(history, ({ series, origin }) => {
      const all = new Map(series.map((one, i) => [`k${i}`, one]));
      const past = new Map<string, ExampleSeries>();
      for (const [name, one] of all) {
        const accesses = one.accesses.filter(({ bucket }) => bucket < origin);
        if (accesses.length > 0) past.set(name, { ...one, accesses });
      }
      assert.deepEqual(rowsAt(all, origin), rowsAt(past, origin));
    }),
    { seed: 95 },
  );
});

test('no feature is ever NaN or infinite, and each has its own name', () => {
  assert.equal(new Set(featureNames).size, featureCount);
  fc.assert(
    fc.property(history, ({ series, origin }) => {
      for (const row of rowsAt(new Map(series.map((one, i) => [`k${i}`, one])), origin).values())
        for (const [f, value] of row.entries()) assert.ok(Number.isFinite(value), featureNames[f]);
    }),
    { seed: 96 },
  );
});
