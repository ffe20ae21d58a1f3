import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CameTrue } from '../../../src/core/metrics/came-true.ts';
import type { PlanCameTrue } from '../../../src/core/metrics/plan-reads.ts';
import type { RunFigures } from '../../../src/core/metrics/run-figures.ts';
import type { ParameterName, Parameters } from '../../../src/core/state/parameters.ts';
import { limits } from '../../../src/core/tuning/rules.ts';
import { decide, type Tuning } from '../../../src/core/tuning/tune-by-run.ts';

const hourMs = 3_600_000;
const moved = (rows: number) => ({ rows, rawBytes: rows * 300, wireBytes: rows * 100 });

interface Case {
  plan?: Partial<PlanCameTrue>;
  log?: boolean;
  used?: { minConfidence?: number; horizonMs?: number; halfLifeMs?: number | undefined };
  run?: Partial<RunFigures>;
  current?: Parameters;
}

/** Ten thousand rows, in sync a minute after the origin, and a plan that came true as expected with little waste. */
function tunings({ plan, log = true, used, run, current = {} }: Case): Record<ParameterName, Tuning> {
  const figures: RunFigures = {
    plan: {
      keys: 100,
      sentKeys: 100,
      sentBefore: false,
      missingKeys: 0,
      expectedHitRate: 0.6,
      minConfidence: used?.minConfidence ?? 0.5,
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
  const found = decide({ figures, cameTrue: log ? cameTrue : undefined }, current);
  return Object.fromEntries(found.map((tuning) => [tuning.name, tuning])) as Record<ParameterName, Tuning>;
}

const wasted = (keys: number, sentKeys = 100, byVolume = 0) => ({
  keys,
  sentKeys,
  byVolume,
  bytes: undefined,
});
const short = { plannedReads: 500, hits: 500 };
const missed = (recent: number, older: number, unseen: number, uncounted = 0) => ({
  recent,
  older,
  unseen,
  uncounted,
});

test('a run that came true as expected moves nothing and says why', () => {
  for (const { new: step, reason } of Object.values(tunings({}))) {
    assert.equal(step, undefined);
    assert.notEqual(reason, '');
  }
});

test('confidence: raised past the target of unread keys, not at it', () => {
  const raised = tunings({ plan: { wasted: wasted(31) } }).minConfidence;
  assert.equal(raised.new, 0.55);
  assert.equal(
    raised.reason,
    '31.0 % of the 100 planned keys that were sent were never read (target: at most 30.0 %)',
  );
  assert.equal(tunings({ plan: { wasted: wasted(30) } }).minConfidence.new, undefined);
});

test('confidence: unread keys count only once the horizon is nearly over, and when they are enough', () => {
  assert.equal(tunings({ plan: { wasted: wasted(60), covered: 0.79 } }).minConfidence.new, undefined);
  assert.equal(tunings({ plan: { wasted: wasted(60), covered: 0.8 } }).minConfidence.new, 0.55);
  assert.equal(tunings({ plan: { wasted: wasted(19, 19) } }).minConfidence.new, undefined);
  assert.equal(tunings({ plan: { wasted: wasted(20, 20) } }).minConfidence.new, 0.55);
});

test("confidence: keys that are unread for the log's small share of the group's reads do not count", () => {
  const volume = { expectedReads: 3333, share: 0.3 };
  const stays = tunings({ plan: { volume, wasted: wasted(50, 100, 25) } }).minConfidence;
  assert.equal(stays.new, undefined);
  assert.match(
    stays.reason,
    /^50\.0 % of the 100 .* never read, 25\.0 % not counting .* it has 30\.0 % of the reads expected/,
  );
  assert.equal(tunings({ plan: { volume, wasted: wasted(50, 100, 20) } }).minConfidence.new, undefined);
  assert.equal(tunings({ plan: { volume, wasted: wasted(50, 100, 19) } }).minConfidence.new, 0.55);
  assert.equal(tunings({ plan: { ...short, volume, wasted: wasted(50, 100, 36) } }).minConfidence.new, 0.45);
  assert.equal(
    tunings({ plan: { ...short, volume, wasted: wasted(50, 100, 35) } }).minConfidence.new,
    undefined,
  );
});

test('confidence: a log of less than a tenth of the expected reads moves nothing', () => {
  const at = (share: number) =>
    tunings({ plan: { volume: { expectedReads: 1000 / share, share }, wasted: wasted(90) } }).minConfidence;
  assert.equal(at(0.1).new, 0.55);
  assert.equal(at(0.099).new, undefined);
  assert.match(at(0.099).reason, /only 9\.9 % of the reads that the plan expected of the group/);
});

test('confidence: lowered when fewer reads were planned than expected and little was wasted', () => {
  assert.equal(tunings({ plan: short }).minConfidence.new, 0.45);
  assert.equal(tunings({ plan: { plannedReads: 560 } }).minConfidence.new, undefined);
  assert.equal(tunings({ plan: { ...short, wasted: wasted(15) } }).minConfidence.new, undefined);
});

test('confidence: rows that were planned but not sent are no fault of the forecast', () => {
  assert.equal(tunings({ plan: { plannedReads: 600, hits: 300 } }).minConfidence.new, undefined);
});

test('confidence: never past its bounds', () => {
  const { least, most } = limits.confidence;
  assert.equal(
    tunings({ used: { minConfidence: 0.93 }, plan: { wasted: wasted(40) } }).minConfidence.new,
    most,
  );
  assert.equal(
    tunings({ used: { minConfidence: most }, plan: { wasted: wasted(40) } }).minConfidence.new,
    undefined,
  );
  assert.equal(tunings({ used: { minConfidence: 0.07 }, plan: short }).minConfidence.new, least);
  assert.equal(tunings({ used: { minConfidence: 0 }, plan: short }).minConfidence.new, undefined);
  assert.equal(tunings({ used: { minConfidence: 0 }, plan: { wasted: wasted(40) } }).minConfidence.new, 0.05);
});

test('a thin log moves neither confidence nor half-life', () => {
  const evidence = { ...short, missed: missed(500, 0, 0) };
  for (const plan of [
    { ...evidence, reads: 199, plannedReads: 50 },
    { ...evidence, covered: 0.49 },
  ]) {
    const found = tunings({ plan });
    assert.deepEqual([found.minConfidence.new, found.halfLifeMs.new], [undefined, undefined]);
  }
  assert.notEqual(
    tunings({ plan: { ...evidence, reads: 200, plannedReads: 50, covered: 0.5 } }).halfLifeMs.new,
    undefined,
  );
});

test('half-life: shortened when the misses were read lately, lengthened when long ago', () => {
  assert.equal(tunings({ plan: { ...short, missed: missed(251, 249, 0) } }).halfLifeMs.new, 38.4 * hourMs);
  assert.equal(tunings({ plan: { ...short, missed: missed(249, 251, 0) } }).halfLifeMs.new, 60 * hourMs);
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
  const { least, most } = limits.halfLifeMs;
  const recent = { ...short, missed: missed(500, 0, 0) };
  const older = { ...short, missed: missed(0, 500, 0) };
  assert.equal(tunings({ plan: recent, used: { halfLifeMs: least * 1.1 } }).halfLifeMs.new, least);
  assert.equal(tunings({ plan: recent, used: { halfLifeMs: least } }).halfLifeMs.new, undefined);
  assert.equal(tunings({ plan: older, used: { halfLifeMs: most / 1.1 } }).halfLifeMs.new, most);
  assert.equal(tunings({ plan: older, used: { halfLifeMs: most } }).halfLifeMs.new, undefined);
});

test('one cause moves one parameter: what the half-life answers does not lower the confidence', () => {
  const found = tunings({ plan: { ...short, missed: missed(500, 0, 0) } });
  assert.notEqual(found.halfLifeMs.new, undefined);
  assert.equal(found.minConfidence.new, undefined);
});

test('horizon: lengthened when the plan was nearly over before in sync, even without a log', () => {
  const inSyncAfter = (hours: number) =>
    tunings({ log: false, run: { inSyncAtMs: hours * hourMs } }).horizonMs.new;
  assert.equal(inSyncAfter(19.3), 30 * hourMs);
  assert.equal(inSyncAfter(19.1), undefined);
});

test('horizon: shortened when much went through the Delta Log and in sync came early', () => {
  const delta = (rows: number, more: Partial<RunFigures> = {}) =>
    tunings({
      log: false,
      run: {
        moved: {
          cache: moved(0),
          hot: moved(100),
          snapshot: moved(9900),
          delta: moved(rows),
          repair: moved(0),
          fetched: moved(0),
        },
        ...more,
      },
    }).horizonMs.new;
  assert.equal(delta(2001), 19.2 * hourMs);
  assert.equal(delta(2000), undefined);
  assert.equal(delta(9000, { inSyncAtMs: 7 * hourMs }), undefined);
  assert.equal(delta(900, { tableRows: 999 }), undefined);
});

test('horizon: stays where the run says nothing about it', () => {
  const inSyncAtMs = 20 * hourMs;
  assert.notEqual(tunings({ run: { inSyncAtMs } }).horizonMs.new, undefined);
  assert.equal(tunings({ run: { inSyncAtMs: undefined } }).horizonMs.new, undefined);
  assert.equal(tunings({ run: { inSyncAtMs, startedAtMs: -1 } }).horizonMs.new, undefined);
  assert.equal(
    tunings({ run: { inSyncAtMs: 30 * hourMs, startedAtMs: 24 * hourMs + 1 } }).horizonMs.new,
    undefined,
  );
});

test('horizon: never past its bounds', () => {
  const { least, most } = limits.horizonMs;
  const lengthen = (horizonMs: number) =>
    tunings({ used: { horizonMs }, run: { inSyncAtMs: horizonMs } }).horizonMs.new;
  assert.equal(lengthen(most / 1.1), most);
  assert.equal(lengthen(most), undefined);
  const heavy = {
    moved: {
      cache: moved(0),
      hot: moved(0),
      snapshot: moved(0),
      delta: moved(9000),
      repair: moved(0),
      fetched: moved(0),
    },
  };
  const shorten = (horizonMs: number) => tunings({ used: { horizonMs }, run: heavy }).horizonMs.new;
  assert.equal(shorten(least * 1.1), least);
  assert.equal(shorten(least), undefined);
});

test('a run says nothing about a value that its plan did not use', () => {
  assert.equal(tunings({ plan: short, current: { minConfidence: 0.45 } }).minConfidence.new, undefined);
  assert.equal(tunings({ plan: short, current: { minConfidence: 0.5 } }).minConfidence.new, 0.45);
});

test('without a log only the horizon can move; without a plan nothing can', () => {
  const found = tunings({ log: false });
  assert.match(found.minConfidence.reason, /no access log/);
  assert.deepEqual([found.halfLifeMs.new, found.minConfidence.new], [undefined, undefined]);
  assert.ok(
    Object.values(tunings({ run: { plan: undefined } })).every(({ new: step }) => step === undefined),
  );
});
