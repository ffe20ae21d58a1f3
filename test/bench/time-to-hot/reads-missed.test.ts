import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestInHindsight } from '../../../bench/time-to-hot/hindsight-plan.ts';
import {
  arrivalOf,
  missedBy,
  missedByReaders,
  type RunTimes,
} from '../../../bench/time-to-hot/reads-missed.ts';

const times: RunTimes = {
  hotFromMs: 2000,
  hotReadyMs: 3000,
  snapshotFromMs: 3000,
  snapshotEndMs: 13_000,
  inSyncMs: 14_000,
};

test('planned rows come by whole batches before hot-ready, the others where they stand in the table', () => {
  const planned = Array.from({ length: 1000 }, (_, i) => 5000 + i);
  const arrivalMs = arrivalOf(times, { rows: 10_000, planned });
  assert.deepEqual([5000, 5499, 5500, 5999].map(arrivalMs), [2500, 2500, 3000, 3000]);
  assert.deepEqual(
    [1, 5001 - 2, 10_000].map((row) => Math.round(arrivalMs(row))),
    [3001, 7999, 13_000],
  );
});

test('a read that nobody answered is a miss until the joiner is in sync, and what came late is no hit', () => {
  const reads = [0, 1000, 5000, 6000, 14_500, 20_000].map((dueMs, row) => ({ dueMs, row }));
  const answered = [
    { at: 1, outcome: 'fetched' as const, tookMs: 1 },
    { at: 2, outcome: 'hit' as const, tookMs: 1 },
    { at: 4, outcome: 'refused' as const, tookMs: 1 },
  ];
  const met = missedByReaders(reads, answered, { inSyncMs: times.inSyncMs, untilMs: 15_000 });
  assert.deepEqual([met.reads, met.misses, met.hitRate], [5, 3, 0.4]);
  const counted = (counts: number[]) => counts.reduce((sum, value) => sum + value, 0);
  assert.deepEqual([counted(met.course.reads), counted(met.course.hits)], [5, 2]);
});

test('shares are of a hundred reads in a row, for the first time', () => {
  const reads = Array.from({ length: 400 }, (_, at) => ({ dueMs: at * 10, row: at }));
  const { halfMs, ninetyMs, ninetyNineMs } = missedBy(reads, 4000, ({ row }) => row >= 200 && row % 20 !== 0);
  assert.deepEqual([halfMs, ninetyMs, ninetyNineMs], [2520, 2940, undefined]);
});

test('hindsight sends what most reads would miss first, and nothing that nobody reads', () => {
  const reads = [
    { dueMs: 10, row: 7 },
    { dueMs: 20, row: 7 },
    { dueMs: 15, row: 3 },
    { dueMs: 700, row: 4 },
    { dueMs: 900, row: 5 },
  ];
  assert.deepEqual(bestInHindsight(reads, { arrivalMs: () => 500, inSyncMs: 800 }), [7, 3, 4]);
});
