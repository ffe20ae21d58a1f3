import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leastBytesPerSecond, nextLimit } from '../../../src/core/sync/next-limit.ts';

const slow = { writeMs: 50, maxWriteMs: 20 };
const quick = { writeMs: 5, maxWriteMs: 20 };

test('a slow donor halves what is sent, down to a least', () => {
  assert.equal(nextLimit(slow, undefined, 8e6), 4e6);
  assert.equal(nextLimit(slow, 4e6, 8e6), 2e6);
  assert.equal(nextLimit(slow, 4e6, 1e6), 5e5);
  assert.equal(nextLimit(slow, leastBytesPerSecond, 0), leastBytesPerSecond);
});

test('a quick donor gets more, until the limit does not bind', () => {
  assert.equal(nextLimit(quick, undefined, 8e6), undefined);
  assert.equal(nextLimit(quick, 4e6, 4e6), 5e6);
  assert.equal(nextLimit(quick, 40e6, 4e6), undefined);
});

test('against a donor that is slow above a rate, the limit settles around it', () => {
  let limit: number | undefined;
  const limits: number[] = [];
  for (let second = 0; second < 120; second++) {
    const sent = Math.min(limit ?? 50e6, 50e6);
    limit = nextLimit({ writeMs: sent > 10e6 ? 50 : 5, maxWriteMs: 20 }, limit, sent);
    if (second >= 20) limits.push(limit ?? 50e6);
  }
  assert.ok(Math.max(...limits) <= 12.5e6, `${Math.max(...limits)}`);
  assert.ok(limits.reduce((sum, one) => sum + one, 0) / limits.length > 6e6);
});
