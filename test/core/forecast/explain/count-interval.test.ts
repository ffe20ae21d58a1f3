import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countInterval, overdispersion } from '../../../../src/core/forecast/explain/count-interval.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { poisson } from '../poisson.ts';

function scatterOf(mean: number, draw: () => number, rows = 4000) {
  return {
    expected: new Array<number>(rows).fill(mean),
    came: Array.from({ length: rows }, draw),
    weights: new Array<number>(rows).fill(1),
  };
}

/** Of counts that scatter no more than Poisson counts, whose quantiles are in tables. */
const none = { expected: [1], came: [1], weights: [1] };
for (const [mean, low, high] of [
  [0, 0, 0],
  [1, 0, 2],
  [5, 2, 8],
  [10, 6, 14],
  [100, 87, 113],
] as [number, number, number][]) {
  test(`four in five Poisson counts of mean ${mean} lie from ${low} to ${high}`, () => {
    assert.deepEqual(countInterval(mean, none), { low, high, by: 'poisson' });
  });
}

test('a large mean takes another way and comes to nearly the same', () => {
  const { low, high } = countInterval(10_000, none);
  assert.ok(Math.abs(low - 9872) <= 2 && Math.abs(high - 10_128) <= 2, `${low} to ${high}`);
});

test('counts that scatter more give an interval that holds four in five of them', () => {
  const random = seededRandom(3);
  // An exponential rate makes the counts geometric: variance mean + mean^2.
  const draw = () => poisson(-20 * Math.log(1 - random()), random);
  const scatter = scatterOf(20, draw);
  assert.ok(Math.abs(overdispersion(20, scatter) - 1) < 0.15);
  const { low, high, by } = countInterval(20, scatter);
  assert.equal(by, 'negative binomial');
  const held = scatter.came.filter((count) => count >= low && count <= high).length / 4000;
  assert.ok(held > 0.77 && held < 0.86, String(held));
});

test('rows of about the same expectation decide, where there are enough', () => {
  const random = seededRandom(5);
  const calm = scatterOf(10, () => 10, 100);
  const wild = scatterOf(1000, () => 5000 * random(), 100);
  const both = {
    expected: [...calm.expected, ...wild.expected],
    came: [...calm.came, ...wild.came],
    weights: [...calm.weights, ...wild.weights],
  };
  assert.equal(overdispersion(12, both), 0);
  assert.ok(overdispersion(1000, both) > 0.5);
});

test('with nothing to judge by, a count may be anything from none to twice what is expected', () => {
  const { low, high, by } = countInterval(8, { expected: [], came: [], weights: [] });
  assert.deepEqual([low, high, by], [0, 19, 'negative binomial']);
});
