import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupVolume } from '../../../../src/core/forecast/group-volume.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { timeGrid } from '../../../../src/core/forecast/time-grid.ts';
import { medianFirstReadShare } from '../../../../src/core/forecast/timing/first-read.ts';
import { horizonIntensity } from '../../../../src/core/forecast/timing/intensity.ts';
import { poisson } from '../poisson.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The median of simulated first reads, as a share of the horizon's intensity. */
function simulate(expected: number, random: () => number): number {
  const firsts: number[] = [];
  while (firsts.length < 20_001) {
    const reads = poisson(expected, random);
    if (reads === 0) continue;
    firsts.push(Math.min(...Array.from({ length: reads }, random)));
  }
  return firsts.sort((a, b) => a - b)[10_000] ?? Number.NaN;
}

test('the median of the first read is that of simulated Poisson reads', () => {
  const random = seededRandom(3);
  for (const expected of [0.05, 0.5, 1, 3, 12]) {
    const found = medianFirstReadShare(expected);
    assert.ok(Math.abs(found - simulate(expected, random)) < 0.012, `${expected}: ${found}`);
  }
});

test('a key that is hardly read has the middle, and rates of all sizes stay within the horizon', () => {
  assert.equal(medianFirstReadShare(0), 0.5);
  assert.ok(Math.abs(medianFirstReadShare(1e-5) - 0.5) < 1e-5);
  let before = 0.5;
  for (let expected = 1e-3; expected < 1e12; expected *= 3) {
    const share = medianFirstReadShare(expected);
    assert.ok(share > 0 && share < before);
    before = share;
  }
});

function grid(days: number) {
  return timeGrid({ bucketMs: hourMs, firstMs: 0, lastMs: days * dayMs - 1, keys: 1 }, days * dayMs, dayMs);
}

test('a day without cycle is passed through evenly', () => {
  const { timeOfShare, cycle } = horizonIntensity(new GroupVolume(0, 24), grid(1));
  assert.equal(cycle, 'none');
  for (const share of [0, 0.25, 0.5, 1]) assert.ok(Math.abs(timeOfShare(share) - share * dayMs) < 1);
});

test('where all reads come from noon to four, so do the expected times', () => {
  const volume = new GroupVolume(0, 10 * 24);
  for (let day = 0; day < 10; day++) for (let hour = 12; hour < 16; hour++) volume.add(day * 24 + hour, 100);
  const { timeOfShare, cycle } = horizonIntensity(volume, grid(10));
  assert.equal(cycle, 'day');
  assert.ok(timeOfShare(0.2) > 12 * hourMs && timeOfShare(0.8) < 16 * hourMs);
  assert.ok(Math.abs(timeOfShare(0.5) - 14 * hourMs) < 0.3 * hourMs);
});

test('days of the week are told apart after two weeks', () => {
  const volume = new GroupVolume(0, 28 * 24);
  // Reads at 20:00 on the weekday that follows the history, at 08:00 on the others.
  for (let day = 0; day < 28; day++) volume.add(day * 24 + (day % 7 === 0 ? 20 : 8), 50);
  const { timeOfShare, cycle } = horizonIntensity(volume, grid(28));
  assert.equal(cycle, 'week');
  assert.ok(timeOfShare(0.5) > 20 * hourMs && timeOfShare(0.5) < 21 * hourMs);
});
