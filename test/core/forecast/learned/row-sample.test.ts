import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleRows } from '../../../../src/core/forecast/learned/row-sample.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { emptySignals, fillSignals, signalCount } from '../../../../src/core/forecast/series/signals.ts';
import { columnsOf } from '../series/example-columns.ts';
import { valueAt } from '../value-at.ts';

const origins = [100, 200, 300];
const planOrigin = 330;
const scale = { horizonBuckets: 24, spanBuckets: 400 };

/** Keys of which some are read often and most once, some of them after the last origin. */
function taken(keys: number, limit: number, seed = 1) {
  const random = seededRandom(3);
  const columns = columnsOf(
    Array.from({ length: keys }, () => {
      const buckets = Array.from({ length: random() < 0.1 ? 20 : 1 }, () => Math.floor(random() * 320));
      const distinct = [...new Set(buckets)].sort((a, b) => a - b);
      return { accesses: distinct.map((bucket) => ({ bucket, reads: 1, writes: 0 })) };
    }),
  );
  const signals = emptySignals(keys, origins.length + 1);
  fillSignals(columns, { ...scale, origins: [...origins, planOrigin] }, signals, 0, keys);
  return { columns, signals, sample: sampleRows(keys, signals, { limit, seed }) };
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

test('where there are few keys all that are known are taken, each for itself', () => {
  const { columns, sample } = taken(500, 2000);
  for (const [o, origin] of origins.entries()) {
    const known = [...columns.firstMs.keys()].filter(
      (key) => valueAt(columns.buckets, valueAt(columns.offsets, key)) < origin,
    );
    assert.deepEqual([...valueAt(sample.keys, o)], known);
    assert.equal(sample.known[o], known.length);
    assert.ok(valueAt(sample.weights, o).every((weight) => weight === 1));
  }
});

test('of many keys about as many are taken as the limit says, and they stand for all', () => {
  for (const limit of [1000, 4000]) {
    const { sample } = taken(8000, limit);
    const rows = sum(sample.keys.map((keys) => keys.length));
    assert.ok(Math.abs(rows / limit - 1) < 0.08, `${rows} of ${limit}`);
    for (const [o, weights] of sample.weights.entries()) {
      const spread = Math.sqrt(sum(weights.map((weight) => weight * (weight - 1))));
      const off = sum(weights) - valueAt(sample.known, o);
      assert.ok(Math.abs(off) < 4 * spread, `${off} against ${spread}`);
      assert.ok(weights.every((weight) => weight >= 1));
    }
  }
});

test('keys that are read often or lately are rather in it', () => {
  const { sample, signals } = taken(8000, 2000);
  const lately = (key: number) => valueAt(valueAt(signals, 2), key * signalCount + 1);
  const weights = valueAt(sample.weights, 2);
  const weightWhere = (keep: (signal: number) => boolean) => {
    const found = weights.filter((_, i) => keep(lately(valueAt(valueAt(sample.keys, 2), i))));
    return sum(found) / found.length;
  };
  const [often, seldom] = [weightWhere((signal) => signal > 5), weightWhere((signal) => signal < 0.2)];
  assert.ok(often < seldom / 2, `${often} ${seldom}`);
});

test('the same seed takes the same keys, another seed others', () => {
  assert.deepEqual(taken(3000, 900).sample, taken(3000, 900).sample);
  assert.notDeepEqual(taken(3000, 900, 2).sample, taken(3000, 900).sample);
});
