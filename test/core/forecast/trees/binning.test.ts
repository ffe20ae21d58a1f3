import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { BinFinder } from '../../../../src/core/forecast/trees/bin-finder.ts';
import { findEdges } from '../../../../src/core/forecast/trees/binning.ts';
import { valueAt } from '../value-at.ts';

/** Bins of these values, which stand as the second of three features. */
function binsOf(values: number[]): { bins: Uint8Array; edges: Float32Array } {
  const rows = Float32Array.from(values.flatMap((value) => [-1, value, 1e9]));
  const bins = new Uint8Array(values.length);
  const edges = findEdges(rows, 3, 1);
  new BinFinder(edges).fill(rows, 3, 1, bins);
  return { bins, edges };
}

test('bins ascend with the values, equal values share one, and few distinct values are all told apart', () => {
  const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.float({ noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 250 }), (list) => {
      const { bins } = binsOf(list);
      const order = [...list.keys()].sort((a, b) => valueAt(list, a) - valueAt(list, b));
      for (const [i, at] of order.slice(1).entries()) {
        const before = valueAt(order, i);
        if (Math.fround(valueAt(list, before)) === Math.fround(valueAt(list, at)))
          assert.equal(bins[at], bins[before]);
        else assert.ok(valueAt(bins, at) > valueAt(bins, before));
      }
    }),
    { seed: 111 },
  );
});

test('one value has one bin', () => {
  const { bins, edges } = binsOf([4, 4, 4, 4]);
  assert.deepEqual([edges.length, ...bins], [0, 0, 0, 0, 0]);
});

test('many values spread evenly over at most 255 bins', () => {
  const random = seededRandom(4);
  const { bins, edges } = binsOf(Array.from({ length: 20_000 }, () => random() ** 4));
  assert.ok(edges.length > 240 && edges.length <= 254, `${edges.length}`);
  const counts = new Uint32Array(255);
  for (const bin of bins) counts[bin] = valueAt(counts, bin) + 1;
  const used = counts.subarray(0, edges.length + 1);
  assert.ok(Math.max(...used) < (20_000 / 255) * 1.5, `${Math.max(...used)}`);
});

test('a value that most rows have does not take the bins of the others', () => {
  const values = Array.from({ length: 20_000 }, (_, i) => (i % 10 ? 0 : i));
  assert.ok(new Set(binsOf(values).bins).size > 200);
});

test('of many rows a sample tells the edges, and values past all of it have the last bin', () => {
  const { bins, edges } = binsOf(Array.from({ length: 100_000 }, (_, i) => i));
  assert.equal(bins[99_999], edges.length);
  assert.ok(bins.every((bin, i) => i === 0 || bin >= valueAt(bins, i - 1)));
  const far = new Uint8Array(1);
  new BinFinder(edges).fill(Float32Array.of(1e30), 1, 0, far);
  assert.equal(far[0], edges.length);
});
