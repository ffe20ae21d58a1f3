import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchQueues } from '../../../src/core/sync/batch-queues.ts';

const batch = (key: string) => ({ keys: [key, `beside ${key}`], expectedReads: 1 });
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

test('batches in which readers miss keys go first, those with most misses before all others, each once', () => {
  const queues = queuesOf({ east: ['a', 'b', 'c', 'd'], west: ['e', 'f'] });
  assert.equal(queues.next('east', { isIdle: false })?.keys[0], 'a');
  queues.missed(['c', 'no planned one', 'beside d', 'd', 'a', 'f']);
  const rest = (donor: string) =>
    [1, 2, 3, 4].map(() => queues.next(donor, { isIdle: false })?.keys[0]).filter((key) => key !== undefined);
  assert.deepEqual(rest('east'), ['d', 'c', 'b']);
  queues.missed(['d']);
  assert.deepEqual([rest('east'), rest('west')], [[], ['f', 'e']]);
});

test('what came back is pulled forward no more, and keeps its place before others', () => {
  const queues = queuesOf({ east: ['a', 'b'] });
  queues.putBack('east', [batch('left')]);
  queues.missed(['left', 'b']);
  const taken = [1, 2, 3].map(() => queues.next('east', { isIdle: false })?.keys[0]);
  assert.deepEqual(taken, ['b', 'left', 'a']);
});
