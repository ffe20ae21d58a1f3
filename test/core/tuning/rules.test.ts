import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CameTrue } from '../../../src/core/metrics/came-true.ts';
import type { PlanCameTrue } from '../../../src/core/metrics/plan-reads.ts';
import type { RunFigures } from '../../../src/core/metrics/run-figures.ts';
import { numberRanges } from '../../../src/core/tuning/parameter-ranges.ts';
import { decayWeightRule, halfLifeRule, horizonRule } from '../../../src/core/tuning/rules.ts';

const hourMs = 3_600_000;
const moved = (rows: number) => ({ rows, rawBytes: rows * 300, wireBytes: rows * 100 });

interface Case {
  plan?: Partial<PlanCameTrue>;
  log?: boolean;
  used?: { horizonMs?: number; halfLifeMs?: number | undefined; decayWeight?: number };
  run?: Partial<RunFigures>;
}

/** Ten thousand rows, in sync a minute after the origin, and a plan that came true as expected with little waste. */
function tunings({ plan, log = true, used, run }: Case) {
  const figures: RunFigures = {
    plan: {
      keys: 100,
      sentKeys: 100,
      sentBefore: false,
      missingKeys: 0,
      expectedHitRate: 0.6,
      minConfidence: 0.5,
      originMs: 0,
      horizonMs: used?.horizonMs ?? 24 * hourMs,
    },
    moved: {
      cache: moved(0),
      hot: moved(100),
      snapshot: moved(9900),
      delta: moved(10),
      repair: moved(0),
      fetched: moved(0),
    },
    hotReadyMs: 1000,
    inSyncMs: 59_000,
    deltaRounds: 1,
    ...{ mostDeltaKeys: undefined, donors: [], promise: undefined, phases: [], resumed: false },
    ...{ limitBytesPerSecond: undefined, serving: undefined, joinerClock: undefined },
    ...{ warmed: undefined, buffers: undefined },
    tableRows: 10_000,
    snapshotSmallerBy: 0.01,
    verification: undefined,
    error: undefined,
    startedAtMs: 1000,
    lastKnownMs: 61_000,
    hotReadyAtMs: 2000,
    inSyncAtMs: 60_000,
    ...run,
  };
  const cameTrue: CameTrue = {
    version: 2,
    measuredAtMs: 0,
    log: { reads: 1000, writes: 0, firstMs: 0, lastMs: 24 * hourMs },
    plan: {
      reads: 1000,
      hits: 600,
      plannedReads: 600,
      covered: 1,
      expectedHitRate: 0.6,
      volume: { expectedReads: 1000, share: 1 },
      halfLifeMs: used && 'halfLifeMs' in used ? used.halfLifeMs : 48 * hourMs,
      calibration: undefined,
      wasted: { keys: 10, sentKeys: 100, byVolume: 0, bytes: undefined },
      missed: { recent: 0, older: 0, unseen: 400, uncounted: 0 },
      ...plan,
    },
    replica: {
      reads: 0,
      hits: 0,
      beforeHot: { reads: 0, hits: 0 },
      hotToSync: { reads: 0, hits: 0 },
      inSync: { reads: 0, hits: 0 },
      unknown: 0,
    },
  };
  const evidence = { figures, cameTrue: log ? cameTrue : undefined };
  return {
    horizonMs: horizonRule(figures.plan?.horizonMs ?? 0, evidence),
    halfLifeMs: halfLifeRule(cameTrue.plan?.halfLifeMs ?? 0, evidence),
    decayWeight: decayWeightRule(used?.decayWeight ?? 1, evidence),
  };
}

const short = { plannedReads: 500, hits: 500 };
const missed = (recent: number, older: number, unseen: number, uncounted = 0) => ({
  recent,
  older,
  unseen,
  uncounted,
});

test('half-life: shortened when the misses were read lately, lengthened when long ago', () => {
  assert.equal(tunings({ plan: { ...short, missed: missed(251, 249, 0) } }).halfLifeMs.new, 24 * hourMs);
  assert.equal(tunings({ plan: { ...short, missed: missed(249, 251, 0) } }).halfLifeMs.new, 96 * hourMs);
});

test('half-life: stays without a clear cause, a contradiction or a known value', () => {
  assert.equal(tunings({ plan: { ...short, missed: missed(250, 250, 0) } }).halfLifeMs.new, undefined);
  assert.equal(tunings({ plan: { ...short, missed: missed(200, 0, 0, 300) } }).halfLifeMs.new, undefined);
  assert.equal(tunings({ plan: { ...short, missed: undefined } }).halfLifeMs.new, undefined);
  assert.equal(tunings({ plan: { missed: missed(400, 0, 0) } }).halfLifeMs.new, undefined);
  assert.equal(
    tunings({ plan: { ...short, missed: missed(500, 0, 0) }, used: { halfLifeMs: undefined } }).halfLifeMs
      .new,
    undefined,
  );
});

test('half-life: never past its bounds', () => {
  const { least, most } = numberRanges.halfLifeMs;
  const recent = { ...short, missed: missed(500, 0, 0) };
  const older = { ...short, missed: missed(0, 500, 0) };
  assert.equal(tunings({ plan: recent, used: { halfLifeMs: least * 1.1 } }).halfLifeMs.new, least);
  assert.equal(tunings({ plan: recent, used: { halfLifeMs: least } }).halfLifeMs.new, undefined);
  assert.equal(tunings({ plan: older, used: { halfLifeMs: most / 1.1 } }).halfLifeMs.new, most);
  assert.equal(tunings({ plan: older, used: { halfLifeMs: most } }).halfLifeMs.new, undefined);
});

test('a run that came true as expected moves neither memory, and says why', () => {
  const { halfLifeMs, decayWeight } = tunings({});
  for (const { new: step, reason } of [halfLifeMs, decayWeight]) {
    assert.equal(step, undefined);
    assert.match(reason, /^the hit rate came as expected/);
  }
});

test('decay weight: raised when the misses were read lately, lowered when long ago', () => {
  assert.equal(tunings({ plan: { ...short, missed: missed(251, 249, 0) } }).decayWeight.new, 1.5);
  assert.equal(tunings({ plan: { ...short, missed: missed(249, 251, 0) } }).decayWeight.new, 0.5);
  const none = tunings({ plan: { ...short, missed: missed(0, 500, 0) }, used: { decayWeight: 0 } });
  assert.match(none.decayWeight.reason, /at its lower bound$/);
});

test('too few reads, or no log, move no memory; a log of a small part of the horizon does', () => {
  const evidence = { ...short, missed: missed(500, 0, 0) };
  const thin = tunings({ plan: { ...evidence, reads: 199, plannedReads: 50 } });
  assert.equal(thin.halfLifeMs.new, undefined);
  const enough = tunings({ plan: { ...evidence, reads: 200, plannedReads: 50, covered: 0.0002 } });
  assert.notEqual(enough.halfLifeMs.new, undefined);
  assert.match(tunings({ log: false }).halfLifeMs.reason, /no access log/);
});

test('horizon: lengthened when the plan was nearly over before in sync, shortened when in sync came early, even without a log', () => {
  const inSyncAfter = (hours: number) =>
    tunings({ log: false, run: { inSyncAtMs: hours * hourMs } }).horizonMs.new;
  assert.equal(inSyncAfter(19.3), 30 * hourMs);
  assert.equal(inSyncAfter(19.1), undefined);
  assert.equal(inSyncAfter(12.1), undefined);
  assert.equal(inSyncAfter(11.9), 19.2 * hourMs);
});

test('horizon: stays where the run says nothing about it, and never passes its bounds', () => {
  const inSyncAtMs = 20 * hourMs;
  assert.equal(tunings({ run: { inSyncAtMs: undefined } }).horizonMs.new, undefined);
  assert.equal(tunings({ run: { inSyncAtMs, startedAtMs: -1 } }).horizonMs.new, undefined);
  assert.equal(
    tunings({ run: { inSyncAtMs: 30 * hourMs, startedAtMs: 24 * hourMs + 1 } }).horizonMs.new,
    undefined,
  );
  const { least, most } = numberRanges.horizonMs;
  const at = (horizonMs: number, inSyncAtMs: number) =>
    tunings({ used: { horizonMs }, run: { inSyncAtMs } }).horizonMs.new;
  assert.deepEqual([at(most / 1.1, most), at(most, most)], [most, undefined]);
  assert.deepEqual([at(least * 1.1, 60_000), at(least, 60_000)], [least, undefined]);
});
