import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newKeysOf } from '../../../../src/core/history/traffic/new-keys.ts';
import { dayMs, mondayMs } from './traffic-example.ts';

const day = mondayMs / dayMs;

test('every day of the history has its new keys, and strays are left out', () => {
  const byDay = [
    { day: 3, keys: 1 },
    { day, keys: 50 },
    { day: day + 2, keys: 4 },
  ];
  assert.deepEqual(newKeysOf(mondayMs + 5, mondayMs + 3 * dayMs, byDay), {
    fromMs: mondayMs,
    stepMs: dayMs,
    keys: [50, 0, 4, 0],
  });
});

test('of a history past 1,008 days, several days are counted together', () => {
  const byDay = Array.from({ length: 2016 }, (_, i) => ({ day: day + i, keys: 1 }));
  const { stepMs, keys } = newKeysOf(mondayMs, mondayMs + 2016 * dayMs - 1, byDay);
  assert.deepEqual([stepMs, keys.length, new Set(keys)], [2 * dayMs, 1008, new Set([2])]);
});
