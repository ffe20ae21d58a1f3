import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecayTable } from '../../../src/core/forecast/decay-table.ts';
import { binCount, binOf, ScoreHistogram, scoreOf } from '../../../src/core/forecast/score-histogram.ts';

const score = fc.double({ min: 2 ** -60, max: 2 ** 35, noNaN: true });

test('bins ascend with the score and are about a percent wide', () => {
  fc.assert(
    fc.property(score, score, (a, b) => {
      assert.ok(binOf(Math.min(a, b)) <= binOf(Math.max(a, b)));
      assert.ok(Math.abs(scoreOf(binOf(a)) / a - 1) < 0.009);
    }),
    { seed: 41 },
  );
  assert.equal(binOf(0), 0);
  assert.equal(binOf(Number.NaN), 0);
  assert.equal(binOf(Infinity), binCount - 1);
});

test('the reads of the top are those of the keys with the highest scores', () => {
  const keys = fc.uniqueArray(
    fc.record({ exponent: fc.integer({ min: -40, max: 30 }), reads: fc.nat(100) }),
    { selector: (key) => key.exponent, minLength: 1 },
  );
  fc.assert(
    fc.property(keys, fc.nat(80), (list, count) => {
      const histogram = new ScoreHistogram();
      for (const { exponent, reads } of list) histogram.add(2 ** exponent, reads);
      const sorted = [...list].sort((a, b) => b.exponent - a.exponent).slice(0, count);
      assert.equal(
        histogram.readsOfTop(count),
        sorted.reduce((sum, key) => sum + key.reads, 0),
      );
    }),
    { seed: 42 },
  );
});

test('of equal scores that the budget cuts, the average counts', () => {
  const histogram = new ScoreHistogram();
  for (const reads of [0, 2, 4]) histogram.add(1, reads);
  assert.equal(histogram.readsOfTop(1), 2);
});

test('the decay table gives 2^(−age / half-life), also past its end', () => {
  const table = new DecayTable(1440, 100_000);
  for (const age of [0, 1, 1440, 4095, 4096, 5000, 99_999, 140_000]) {
    const exact = 2 ** (-age / 1440);
    assert.ok(
      Math.abs(table.decay(age) - (exact < 2 ** -100 ? 0 : exact)) <= exact * 1e-12 + 2 ** -99,
      `${age}`,
    );
  }
  assert.equal(table.decay(2 ** 31), 0);
});
