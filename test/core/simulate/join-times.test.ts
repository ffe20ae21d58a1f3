import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measuredCosts } from '../../../src/core/simulate/join-costs.ts';
import { hotArrivalMs, joinTimes, snapshotArrivalMs } from '../../../src/core/simulate/join-times.ts';
import { slowSnapshot } from './join.ts';

const link = { linkBytesPerSecond: 1_000_000 };

test('over a slow link a phase takes as long as its packed bytes do', () => {
  const model = slowSnapshot(100_000, { ...link, rowBytes: 400, compression: 4, costs: fast() });
  const { phases, wireBytes, hotReadyMs } = joinTimes(model, { rows: 10_000, bytes: 4_000_000 });
  assert.equal(phases.hotMs, 1000);
  assert.equal(phases.snapshotMs, 9000);
  assert.deepEqual(wireBytes, { hot: 1_000_000, snapshot: 9_000_000, delta: 0 });
  assert.equal(hotReadyMs, 1000);
});

test('planned rows, which are packed in small batches, take more of the link than the same rows in order', () => {
  const model = slowSnapshot(100_000, { ...link, plannedToScanned: 1.5, costs: fast() });
  const { phases, wireBytes } = joinTimes(model, { rows: 10_000, bytes: 1_000_000 });
  assert.equal(phases.hotMs, 1500);
  assert.equal(wireBytes.hot, 1_500_000);
  assert.equal(wireBytes.snapshot, 9_000_000);
});

test('a limit costs what its first chunk is taken to be, and the wait behind the last one', () => {
  const model = slowSnapshot(100_000, { limitBytesPerSecond: 1_000_000, rowBytes: 400, costs: fast() });
  const { phases } = joinTimes(model, { rows: 10_000, bytes: 4_000_000 });
  assert.equal(phases.hotMs, 4000 + 262.144);
  assert.equal(phases.snapshotMs, 36_000 + 1000);
});

test('a round trip lengthens each phase, and holds back planned rows that are asked for in small batches', () => {
  const near = joinTimes(slowSnapshot(100_000), { rows: 10_000, bytes: 0 });
  const far = joinTimes(slowSnapshot(100_000, { rttMs: 100 }), { rows: 10_000, bytes: 0 });
  assert.equal(near.phases.hotMs, 0);
  assert.equal(far.phases.hotMs, 100 + 500);
  assert.equal(far.phases.snapshotMs - near.phases.snapshotMs, 100);
  assert.equal(far.phases.connectMs, 900);
});

test('donors share the planned rows, and the lead alone sends the snapshot', () => {
  const costs = { ...fast(), hotRowsPerSecond: 1000, snapshotRowsPerSecond: 1000 };
  const times = (donors: number) =>
    joinTimes(slowSnapshot(10_000, { costs, donors }), { rows: 1000, bytes: 0 });
  assert.equal(times(1).phases.hotMs, 1000);
  assert.equal(times(4).phases.hotMs, 250);
  assert.equal(times(4).phases.snapshotMs, 9000);
});

test('rounds of the Delta Log go on until one is small, and comparing brings what was written meanwhile', () => {
  const costs = { ...slowSnapshot(1).costs, deltaRowsPerSecond: 10_000, verifyRowsPerSecond: 10_000 };
  const changedWithin = (ms: number) => 2 * ms;
  const { phases, deltaRows, inSyncMs } = joinTimes(slowSnapshot(10_000, { costs, changedWithin }), {
    rows: 0,
    bytes: 0,
  });
  // 20,000 rows of the snapshot's ten seconds, 4,000 of the two that they take: those are one chunk.
  assert.equal(phases.deltaMs, 2000 + 400);
  assert.equal(phases.verifyMs, 1000 + 200);
  assert.equal(deltaRows, 20_000 + 4000 + 2000);
  assert.equal(inSyncMs, 10_000 + 2400 + 1200);
});

test('writers that are faster than the joiner keep it from ever being in sync', () => {
  const costs = { ...slowSnapshot(1).costs, deltaRowsPerSecond: 1000 };
  const times = joinTimes(slowSnapshot(100_000, { costs, changedWithin: (ms) => 2 * ms }), {
    rows: 0,
    bytes: 0,
  });
  assert.equal(times.inSyncMs, undefined);
});

test('rows arrive one after another: planned ones by batches, the others as the scan comes to them', () => {
  const costs = { ...fast(), hotRowsPerSecond: 1000, snapshotRowsPerSecond: 1000 };
  const hot = { rows: 1000, bytes: 0 };
  const times = joinTimes(slowSnapshot(5000, { costs }), hot);
  assert.deepEqual(
    [1, 500, 501, 1000].map((rows) => hotArrivalMs(times, hot, rows)),
    [500, 500, 1000, 1000],
  );
  assert.deepEqual(
    [0, 0.5, 1].map((place) => snapshotArrivalMs(times, place)),
    [1000, 3000, 5000],
  );
});

test('a larger row costs more, and reading planned rows costs more than reading them in order', () => {
  const [small, large] = [measuredCosts(100), measuredCosts(4000)];
  assert.ok(small.snapshotRowsPerSecond > large.snapshotRowsPerSecond);
  assert.ok(small.snapshotRowsPerSecond > 5 * small.hotRowsPerSecond);
  // docs/PERFORMANCE.md: 1,000,000 rows of 250 bytes take 2.8 s.
  assert.ok(Math.abs(1e6 / measuredCosts(250).snapshotRowsPerSecond - 2.8) < 0.05);
});

test('joins that were measured on a quiet machine come out as they were, within 15 %', () => {
  // A million rows of 250 bytes and 10,000 planned ones on loopback, and over 100 Mbit/s and 100 ms: milliseconds from the run's start.
  const table = {
    rows: 1_000_000,
    rowBytes: 246,
    compression: 4.2,
    plannedToScanned: 1.5,
    costs: measuredCosts(246),
  };
  const hot = { rows: 10_000, bytes: 2_460_000 };
  const near = joinTimes(slowSnapshot(1, table), hot);
  const far = joinTimes(slowSnapshot(1, { ...table, linkBytesPerSecond: 12_500_000, rttMs: 100 }), hot);
  const measured = [
    [near.hotReadyMs, 930],
    [near.inSyncMs, 4060],
    [far.hotReadyMs, 2170],
    [far.inSyncMs, 8180],
  ] as const;
  for (const [simulatedMs = Number.NaN, realMs] of measured)
    assert.ok(Math.abs(simulatedMs / realMs - 1) <= 0.15, `${simulatedMs} for ${realMs}`);
});

function fast() {
  return { ...slowSnapshot(1).costs, snapshotRowsPerSecond: Number.POSITIVE_INFINITY };
}
