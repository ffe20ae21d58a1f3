import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecayFamily } from '../../../src/core/forecast/decay-family.ts';
import { halfLivesInHorizons } from '../../../src/core/forecast/half-lives.ts';

test('decays of a family are those of each half-life, for short and long ages', () => {
  const halfLives = halfLivesInHorizons.map((halfLife) => halfLife * 1440);
  const family = new DecayFamily(halfLives, 100_000);
  for (const age of [0, 1, 59, 1440, 4096, 20_000, 99_999]) {
    family.set(age);
    for (const [k, halfLife] of halfLives.entries()) {
      const exact = 2 ** (-age / halfLife);
      const error = Math.abs(Number(family.decays[k]) - exact);
      assert.ok(error <= exact * 1e-10 + 2 ** -100, `${age} buckets, half-life ${halfLife}: off by ${error}`);
    }
  }
});

test('half-lives that do not double are refused', () => {
  assert.throws(() => new DecayFamily([1, 3], 10), RangeError);
});
