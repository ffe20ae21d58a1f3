import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recentShares } from '../../../../src/core/forecast/arima/recent-shares.ts';
import { strongestSeason } from '../../../../src/core/forecast/arima/seasons.ts';
import { keysByShape } from '../../../../src/core/forecast/arima/shapes.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { poisson } from '../poisson.ts';
import { dailyRate, dayAndNight, hourMs, panelOf, valueAt } from './panels.ts';

test('the week is taken where weekends differ and three weeks are there, else the day', () => {
  const random = seededRandom(1);
  const working = (step: number) => (step % 168 < 120 ? 1 : 0.05);
  const rate = (_key: number, step: number) => poisson(dailyRate(8, 12)(step) * working(step), random);
  assert.deepEqual(strongestSeason(panelOf(1, 504, rate)), { steps: 168, usable: 504 });
  assert.deepEqual(strongestSeason(panelOf(1, 503, rate)), { steps: 24, usable: 503 });
  const everyDay = panelOf(1, 504, (_key, step) => poisson(dailyRate(8, 12)(step), random));
  assert.equal(strongestSeason(everyDay)?.steps, 24);
});

test('a day that is no whole number of steps is followed while it slips by less than one', () => {
  const panel = { ...dayAndNight(1, 400, 1), stepMs: (24 * hourMs) / 23.75 };
  assert.deepEqual(strongestSeason(panel), { steps: 24, usable: 96 });
  assert.equal(strongestSeason({ ...panel, stepMs: (24 * hourMs) / 23.5 }), undefined);
  assert.equal(strongestSeason({ ...panel, stepMs: 24 * hourMs, steps: 400 })?.steps, 7);
});

test('keys are grouped by when they are read, and those with few reads not at all', () => {
  const panel = dayAndNight(30, 240, 2);
  panel.reads.fill(0, 29 * 240, 30 * 240);
  const season = { steps: 24, usable: 240 };
  const shapes = keysByShape(panel, season, 1);
  assert.equal(shapes.length, 2);
  for (const keys of shapes) assert.equal(new Set(keys.map((key) => key % 2)).size, 1);
  assert.deepEqual(
    shapes.flat().sort((a, b) => a - b),
    Array.from({ length: 29 }, (_, key) => key),
  );
  assert.deepEqual(keysByShape(panel, season, 1), shapes);
});

test('a share follows a key that has risen', () => {
  const random = seededRandom(5);
  const panel = panelOf(2, 24 * 12, (key, step) => poisson(key === 0 && step < 24 * 9 ? 0.2 : 5, random));
  const { share } = recentShares(panel, 24, () => panel.group);
  assert.ok(valueAt(share, 0) > 0.35);
});

test('a key whose reads come in bursts is dispersed, and one whose reads do not is not', () => {
  const random = seededRandom(5);
  const panel = panelOf(2, 24 * 12, (key, step) =>
    key === 0 || Math.floor(step / 24) % 4 === 3 ? poisson(key === 0 ? 5 : 20, random) : 0,
  );
  const steady = new Float64Array(panel.steps).fill(10);
  const { dispersion } = recentShares(panel, 24, () => steady);
  assert.ok(valueAt(dispersion, 0) < 5);
  assert.ok(valueAt(dispersion, 1) > 50);
});

test('shares of a group without a read are nothing, and of a panel without a whole horizon still a share', () => {
  const empty = panelOf(2, 48, () => 0);
  assert.deepEqual([...recentShares(empty, 24, () => empty.group).share], [0, 0]);
  const short = panelOf(2, 10, (key) => key + 1);
  const { share } = recentShares(short, 24, () => short.group);
  assert.ok(Math.abs(valueAt(share, 1) - 2 / 3) < 1e-9);
});
