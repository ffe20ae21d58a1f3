import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogGrowth } from '../../../src/core/sync/log-growth.ts';

test('the rate is that of the last ten seconds, and unknown until one has been seen', () => {
  const growth = new LogGrowth();
  growth.add(0, 0);
  growth.add(900, 900);
  assert.deepEqual([growth.perSecond, growth.msUntil(1e6)], [undefined, undefined]);
  growth.add(1000, 1200);
  assert.equal(growth.perSecond, 1200);
  assert.equal(growth.msUntil(2400), 1000);
  for (let seconds = 2; seconds <= 30; seconds++) growth.add(seconds * 1000, 1200 + seconds * 10);
  assert.equal(growth.perSecond, 10);
});

test('many looks in a moment are one sample, the last of them', () => {
  const growth = new LogGrowth();
  for (let ms = 0; ms <= 2000; ms++) growth.add(ms, ms * 3);
  assert.equal(growth.perSecond, 3000);
});

test('a log that shrinks or stands still is never full; one past its budget is full now', () => {
  const growth = new LogGrowth();
  growth.add(0, 5000);
  growth.add(2000, 1000);
  assert.deepEqual([growth.perSecond, growth.msUntil(9000)], [-2000, undefined]);
  const grown = new LogGrowth();
  grown.add(0, 0);
  grown.add(2000, 1000);
  assert.equal(grown.msUntil(10), 0);
});
