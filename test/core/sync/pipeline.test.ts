import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pipeline } from '../../../src/core/sync/pipeline.ts';

const end = (roundTripMs: number, unsentBytes = 0) => ({ roundTripMs, unsentBytes, idleMs: 0 });

test('the longer both ways are, the more chunks are under way, within bounds', () => {
  const depths = [
    [0, 0],
    [0, 10],
    [0, 100],
    [100, 100],
    [2000, 2000],
  ].map(([donor = 0, joiner = 0]) => new Pipeline(end(donor), end(joiner)).depth);
  assert.deepEqual(depths, [4, 5, 9, 12, 12]);
});

test('chunks are packed smaller as long as they wait for the link, and the joiner for them', () => {
  const joiner = end(0);
  const pipeline = new Pipeline(end(0), joiner);
  const levels = [
    [0, 50],
    [4_000_000, 50],
    [2_000_000, 30],
    [4_000_000, 1],
    [1000, 50],
  ].map(([unsentBytes = 0, idleMs = 0]) => {
    Object.assign(joiner, { unsentBytes, idleMs });
    pipeline.arrived();
    return pipeline.level;
  });
  assert.deepEqual(levels, [3, 9, 9, 3, 3]);
});
