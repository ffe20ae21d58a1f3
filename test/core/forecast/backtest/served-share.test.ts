import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { best, judge, tellingWindows } from '../../../../src/core/forecast/backtest/backtest.ts';
import { servedShare } from '../../../../src/core/forecast/backtest/served-share.ts';
import { decayRules } from '../../../../src/core/forecast/models.ts';
import { rowsOf } from '../learned/example-rows.ts';
import { valueAt } from '../value-at.ts';

const row = fc.record({
  reads: fc.nat(20),
  weight: fc.integer({ min: 1, max: 5 }),
  score: fc.integer({ min: -2, max: 3 }),
  age: fc.integer({ min: 0, max: 4 }),
});
type Row = { reads: number; weight: number; score: number; age: number };
const ageOf = 'age of last read';
const examples = (list: Row[]) =>
  list.map(({ reads, weight, age }) => ({ reads, weight, features: { [ageOf]: age } }));

/** Every key that a row stands for by itself, best first; of equal scores the one read last. */
function readsInOrder(list: Row[]): number[] {
  return [...list]
    .sort((a, b) => b.score - a.score || a.age - b.age)
    .flatMap(({ reads, weight }) => new Array<number>(weight).fill(reads));
}

test('the share is what the first keys of the ranking were read, each row as often as it stands for a key', () => {
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 40 }),
      fc.array(row, { minLength: 1, maxLength: 9 }),
      fc.integer({ min: 1, max: 30 }),
      (list, others, quarter) => {
        fc.pre(list.some(({ reads }) => reads > 0));
        const rows = rowsOf([examples(others), examples(list)]);
        const scores = Float32Array.from(list, ({ score }) => score);
        const found = servedShare(scores, rows, 1, quarter * 4);
        const order = readsInOrder(list);
        const share = (keys: number) =>
          order.slice(0, keys).reduce((sum, reads) => sum + reads, 0) / valueAt(rows.readsInAll, 1);
        assert.ok(Math.abs(found.hitRate - share(quarter * 4)) < 1e-9);
        const mean = (share(quarter * 4) + share(quarter * 2) + share(quarter)) / 3;
        assert.ok(Math.abs(found.served - mean) < 1e-9);
      },
    ),
    { seed: 161 },
  );
});

test('a budget of less than a key is one key', () => {
  const rows = rowsOf([[{ reads: 3 }, { reads: 1 }]]);
  assert.equal(servedShare(Float32Array.of(2, 1), rows, 0, 0.01).served, 0.75);
});

test('a candidate is worth its mean over the windows, each at its own number of keys', () => {
  const name = 'reads, half-life 1H';
  const window = (reads: number[], scores: number[]) =>
    reads.map((n, i) => ({ reads: n, features: { [name]: valueAt(scores, i) } }));
  const rows = rowsOf([window([30, 10], [2, 1]), window([30, 10, 0, 0], [1, 2, 0, 0]), window([1], [1])]);
  assert.deepEqual(tellingWindows(rows), [0, 1]);
  assert.deepEqual(tellingWindows(rows, 1), [1]);
  const rule = valueAt(decayRules, 3);
  assert.equal(rule.halfLife, 1);
  const judgement = judge({ rule }, rows, [0, 1], { judgedShare: 0.5, known: [2, 4, 1] });
  assert.ok(Math.abs(judgement.hitRate - (0.75 + 1) / 2) < 1e-9);
  assert.ok(Math.abs(judgement.served - (0.75 + (1 + 0.25 + 0.25) / 3) / 2) < 1e-9);
  assert.equal(best([{ ...judgement, served: 0.9 }, judgement])?.served, 0.9);
  const equal = { ...judgement };
  assert.equal(best([judgement, equal]), equal, 'of equal ones the later');
  assert.equal(best([]), undefined);
});
