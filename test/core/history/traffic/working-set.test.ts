import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workingSetOf } from '../../../../src/core/history/traffic/working-set.ts';
import { dayMs, hourMs, mondayMs, noFigures } from './traffic-example.ts';

const hour = mondayMs / hourMs;
const day = mondayMs / dayMs;

test('the mean is over windows with traffic, and the whole history holds every key', () => {
  const figures = {
    ...noFigures,
    keys: 9,
    activeByHour: [
      { hour, keys: 4 },
      { hour: hour + 30, keys: 7 },
    ],
    activeByDay: [
      { day, keys: 4 },
      { day: day + 1, keys: 8 },
    ],
  };
  const { byWindow, overTime } = workingSetOf(mondayMs, mondayMs + 31 * hourMs, figures);
  assert.deepEqual(byWindow, [
    { windowMs: hourMs, meanKeys: 5.5, mostKeys: 7 },
    { windowMs: dayMs, meanKeys: 6, mostKeys: 8 },
    { windowMs: 31 * hourMs, meanKeys: 9, mostKeys: 9 },
  ]);
  assert.equal(overTime.stepMs, hourMs);
  assert.deepEqual(
    [overTime.keys.length, overTime.keys[0], overTime.keys[29], overTime.keys[30]],
    [32, 4, 0, 7],
  );
});

test('a window that the history has just once says no more than the whole', () => {
  const figures = {
    ...noFigures,
    keys: 3,
    activeByHour: [{ hour, keys: 3 }],
    activeByDay: [{ day, keys: 3 }],
  };
  assert.deepEqual(workingSetOf(mondayMs, mondayMs + 100, figures).byWindow, [
    { windowMs: 100, meanKeys: 3, mostKeys: 3 },
  ]);
});

test('past six weeks it goes by days, past 1,008 days by the mean of several; strays are left out', () => {
  const days = (count: number) => Array.from({ length: count }, (_, i) => ({ day: day + i, keys: i + 1 }));
  const at = (count: number) =>
    workingSetOf(mondayMs, mondayMs + count * dayMs - 1, {
      ...noFigures,
      activeByDay: [{ day: 0, keys: 99 }, ...days(count)],
    }).overTime;
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.deepEqual([at(100).stepMs, at(100).keys], [dayMs, hundred]);
  assert.deepEqual(
    [at(2000).stepMs, at(2000).windowMs, at(2000).keys.slice(0, 2)],
    [2 * dayMs, dayMs, [2, 4]],
  );
});
