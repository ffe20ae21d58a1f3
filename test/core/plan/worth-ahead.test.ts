import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { worthAhead } from '../../../src/core/plan/worth-ahead.ts';

const worth = (reads: number[], rows: number, restReads = 0, least = 0) =>
  worthAhead(Float64Array.from(reads), { rows, restReads, least });

test('rows that are read far more than those of the rest of a large table all go ahead', () => {
  const reads = Array.from({ length: 1000 }, (_, i) => 100 / (i + 1));
  assert.equal(worth(reads, 1_000_000), 1000);
});

test('of a table whose rows are all read alike none goes ahead: the order of the table is faster', () => {
  assert.equal(worth(new Array<number>(1000).fill(3), 1000), 0);
  assert.equal(worth([], 1000), 0);
  assert.equal(worth([0, 0], 2), 0);
});

test('what is hardly read waits where it would delay what is read more', () => {
  const some = worth([...new Array<number>(20).fill(50), ...new Array<number>(480).fill(0.05)], 1000, 100);
  assert.equal(some, 20);
});

test('pinned rows go ahead whatever they are worth', () => {
  assert.equal(worth([0, 0, 0, 0], 100, 5, 3), 3);
});

test('no other number of keys misses fewer reads, counted row by row', () => {
  const few = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 });
  fc.assert(
    fc.property(
      few,
      fc.integer({ min: 12, max: 80 }),
      fc.integer({ min: 0, max: 100 }),
      (reads, rows, rest) => {
        const missed = (keys: number) => {
          let atMs = 0;
          let sum = 0;
          for (const value of reads.slice(0, keys)) {
            atMs += 10;
            sum += value * atMs;
          }
          // The others come anywhere in what is left of the table.
          const middle = atMs + (rows - keys) / 2;
          return [...reads.slice(keys), rest].reduce((total, value) => total + value * middle, sum);
        };
        const found = missed(worth(reads, rows, rest));
        for (let keys = 0; keys <= reads.length; keys++) assert.ok(found <= missed(keys) * (1 + 1e-9));
      },
    ),
  );
});

test('the larger the table, the more goes ahead', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 30 }), (reads) => {
      const sorted = reads.toSorted((a, b) => b - a);
      let before = 0;
      for (const rows of [30, 300, 3000, 30_000]) {
        const keys = worth(sorted, rows, 1);
        assert.ok(keys >= before, `${keys} of ${rows}`);
        before = keys;
      }
    }),
  );
});
