import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedAsLogged, changedAtRate } from '../../../src/core/simulate/changed-keys.ts';

test('changed keys are those of the log within that time, of all keys where the log is a sample', () => {
  const changed = changedAsLogged([300, 100, 200], { windowMs: 1000, share: 0.5, rows: 100 });
  assert.deepEqual([0, 100, 250, 1000].map(changed), [0, 2, 4, 6]);
});

test('behind the end of the log changes go on at their rate, until every row has changed', () => {
  const changed = changedAsLogged([100, 200], { windowMs: 1000, share: 1, rows: 5 });
  assert.deepEqual([2000, 100_000].map(changed), [4, 5]);
});

test('writes at a rate change fewer rows than they are, since some come to a row again', () => {
  const changed = changedAtRate(100, 1000);
  assert.ok(Math.abs(changed(100) - 10) < 0.1);
  assert.ok(Math.abs(changed(10_000) - 1000 * (1 - Math.exp(-1))) < 1e-6);
  assert.ok(changed(1e9) <= 1000);
});
