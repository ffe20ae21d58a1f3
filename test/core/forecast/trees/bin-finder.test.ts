import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BinFinder } from '../../../../src/core/forecast/trees/bin-finder.ts';

const any = fc.float({ noNaN: true });
const close = fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: 0, max: 40 }));
const nearby = close.map(([whole, step]) => Math.fround(whole + step / 2 ** 20));
const value = fc.oneof(
  any,
  nearby,
  fc.constantFrom(0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);

test('a value falls in the first bin whose edge is not below it', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        value.filter((edge) => edge < Number.POSITIVE_INFINITY),
        { maxLength: 254, comparator: (a, b) => a === b },
      ),
      fc.array(value, { maxLength: 100 }),
      (unsorted, more) => {
        const edges = Float32Array.from(unsorted).sort();
        const rows = Float32Array.from([...more, ...edges]);
        const bins = new Uint8Array(rows.length);
        new BinFinder(edges).fill(rows, 1, 0, bins);
        const expected = rows.map((one) => {
          const bin = edges.findIndex((edge) => edge >= one);
          return bin < 0 ? edges.length : bin;
        });
        assert.deepEqual([...bins], [...expected]);
      },
    ),
    { seed: 7, numRuns: 500 },
  );
});
