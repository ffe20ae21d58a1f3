import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunFigures } from '../../../src/core/metrics/run-figures.ts';
import { promiseOf, type RunAhead } from '../../../src/core/simulate/run-promise.ts';

const ahead: RunAhead = {
  elapsedMs: 1000,
  tableRows: 100_000,
  tableBytes: 20_000_000,
  plannedKeys: 1000,
  limitBytesPerSecond: undefined,
  donors: 1,
};

/** A run of 50,000 rows, 500 of them planned: half a second of hot rows, five of snapshot, two of the rest. */
function earlier(more: Partial<RunFigures> = {}): RunFigures {
  const none = { rows: 0, rawBytes: 0, wireBytes: 0 };
  const moved = (rows: number) => ({ rows, rawBytes: rows * 200, wireBytes: rows * 50 });
  return {
    plan: { keys: 500 },
    moved: {
      cache: none,
      hot: moved(500),
      snapshot: moved(49_500),
      delta: none,
      repair: none,
      fetched: none,
    },
    phases: [
      { name: 'hot', ms: 500 },
      { name: 'snapshot', ms: 4950 },
      { name: 'verify', ms: 2000 },
    ],
    tableRows: 50_000,
    inSyncMs: 9000,
    resumed: false,
    ...more,
  } as RunFigures;
}

test('by earlier runs of the table: their rates, for as many rows as there are now', () => {
  // A second so far, one of hot rows, 9.9 of snapshot, four of the rest.
  const one = promiseOf([earlier()], ahead);
  assert.deepEqual([one.from, one.runs], ['runs', 1]);
  assert.deepEqual(one.hotReady, { leastMs: 1700, mostMs: 2600 });
  assert.deepEqual(one.inSync, { leastMs: 1000 + Math.round(14_900 * 0.7), mostMs: 1000 + 14_900 * 1.6 });
  const slower = earlier({
    phases: [
      { name: 'hot', ms: 1000 },
      { name: 'snapshot', ms: 9900 },
    ],
  });
  const two = promiseOf([earlier(), slower], ahead);
  assert.equal(two.runs, 2);
  assert.deepEqual(two.hotReady, { leastMs: 1000 + 800, mostMs: 1000 + 2600 });
});

test('runs that tell nothing about this one are passed over', () => {
  const noneOf = [
    earlier({ resumed: true }),
    earlier({ inSyncMs: undefined }),
    earlier({ limitBytesPerSecond: 1000 }),
    earlier({ plan: undefined }),
  ];
  assert.equal(promiseOf(noneOf, ahead).from, 'measured');
  assert.equal(promiseOf([earlier({ plan: undefined })], { ...ahead, plannedKeys: undefined }).from, 'runs');
});

test('a limit holds for what is promised, by runs as by costs', () => {
  const limited = { ...ahead, limitBytesPerSecond: 100_000 };
  // 99,000 rows of fifty bytes on the link.
  assert.ok(promiseOf([earlier()], limited).inSync.mostMs > 49_500);
  assert.ok(promiseOf([], limited).inSync.leastMs > 20_000);
});

test('without a run to go by the range is wide, and no hot-ready is promised without a plan', () => {
  const { hotReady, inSync, from, runs } = promiseOf([], { ...ahead, plannedKeys: undefined });
  assert.deepEqual([hotReady, from, runs], [undefined, 'measured', 0]);
  assert.ok(inSync.leastMs > 1000 && inSync.mostMs - 1000 > 7 * (inSync.leastMs - 1000));
});
