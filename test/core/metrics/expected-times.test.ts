import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedTimesOf } from '../../../src/core/metrics/expected-times.ts';

test('the share read early, the errors, and both by expected time', () => {
  const keys = Array.from({ length: 20 }, (_, n) => ({
    expectedMs: 1000 * (n + 1),
    readMs: 1000 * (n + 1) + (n % 2 === 0 ? -1 : 1) * (n < 10 ? 100 : 500),
  }));
  const times = expectedTimesOf(keys.toReversed(), 0);
  assert.ok(times);
  const { bins, ...all } = times;
  assert.deepEqual(all, { keys: 20, earlyShare: 0.5, medianErrorMs: 100, ninetyErrorMs: 500, beforeLog: 0 });
  assert.deepEqual(
    bins.map(({ fromMs, toMs, keys, medianErrorMs }) => [fromMs, toMs, keys, medianErrorMs]),
    [
      [1000, 5000, 5, 100],
      [6000, 10_000, 5, 100],
      [11_000, 15_000, 5, 500],
      [16_000, 20_000, 5, 500],
    ],
  );
});

test('keys that were expected before the log began are left out, and none is no answer', () => {
  const keys = [
    { expectedMs: 10, readMs: 900 },
    { expectedMs: 800, readMs: 700 },
  ];
  const times = expectedTimesOf(keys, 500);
  assert.deepEqual([times?.keys, times?.beforeLog, times?.earlyShare], [1, 1, 1]);
  assert.equal(expectedTimesOf(keys, 5000), undefined);
  assert.equal(expectedTimesOf([], 0), undefined);
});
