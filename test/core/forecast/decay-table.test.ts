import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecayTable } from '../../../src/core/forecast/decay-table.ts';

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
