import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchQueues } from '../../../src/core/sync/batch-queues.ts';

const batch = (key: string) => ({ keys: [key], expectedReads: 1 });
const queuesOf = (byDonor: Record<string, string[]>) =>
  new BatchQueues({
    byDonor: new Map(Object.entries(byDonor).map(([donor, keys]) => [donor, keys.map(batch)])),
    keys: 0,
    expectedReads: 0,
  });

test("a donor takes its own batches in their order, and another's only when it is idle", () => {
  const queues = queuesOf({ east: ['a'], west: ['b', 'c', 'd'], north: ['e'] });
  const next = (isIdle: boolean) => queues.next('east', { isIdle })?.keys[0];
  assert.deepEqual([next(true), next(false), next(true)], ['a', undefined, 'b']);
});

test('what comes back is the first to be taken again, and a donor without a queue may take over', () => {
  const queues = queuesOf({ west: ['c'] });
  queues.putBack('west', [batch('a'), batch('b')]);
  const taken = [1, 2, 3, 4].map(() => queues.next('lead', { isIdle: true })?.keys[0]);
  assert.deepEqual(taken, ['a', 'b', 'c', undefined]);
  assert.equal(queues.isEmpty, true);
});
