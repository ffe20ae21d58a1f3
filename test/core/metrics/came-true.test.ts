import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import type { AccessHistory, KeySeries } from '../../../src/core/history/access-history.ts';
import { type CameTrue, JoinerLog, type LoggedAccess } from '../../../src/core/metrics/came-true.ts';
import { readStoredPlan } from '../../../src/core/metrics/plan-text.ts';
import { figuresOf } from '../../../src/core/metrics/run-figures.ts';
import {
  examplePlan,
  exampleRun,
  exampleSnapshot,
  horizonMs,
  originMs,
  planText,
  startMs,
} from './run-example.ts';

const read = (timeMs: number, key: string): LoggedAccess => ({ timeMs, key, read: true });
const hourMs = 3_600_000;

async function cameTrue(
  log: LoggedAccess[],
  snapshot = exampleSnapshot(),
  history?: AccessHistory,
  planFile = examplePlan,
): Promise<CameTrue> {
  const figures = figuresOf({
    ...exampleRun(snapshot),
    hasPlan: true,
    metrics: undefined,
    snapshot: JSON.parse(JSON.stringify(snapshot)),
  });
  assert.ok(figures);
  const joinerLog = await JoinerLog.against(figures, await readStoredPlan(zstdCompressSync(planFile)));
  for (const access of log) joinerLog.take(access);
  return joinerLog.result(originMs + horizonMs, history);
}

test('plan hit rate: reads within (origin, origin + horizon] of planned keys', async () => {
  const { plan } = await cameTrue([
    read(originMs, 'a'),
    read(originMs + 1, 'a'),
    read(originMs + 2, 'a'),
    read(originMs + 3, 'x'),
    { timeMs: originMs + 4, key: 'b', read: false },
    read(originMs + horizonMs, 'd'),
    read(originMs + horizonMs + 1, 'c'),
  ]);
  assert.ok(plan);
  assert.deepEqual([plan.reads, plan.hits, plan.plannedReads, plan.covered], [4, 3, 3, 1]);
  assert.deepEqual(
    { ...plan.wasted, byVolume: 0 },
    {
      ...{ keys: 2, sentKeys: 4, byVolume: 0, bytes: 600, sizedByMean: 0 },
    },
  );
  assert.deepEqual(
    plan.calibration?.bins.map(({ from, readShare }) => [from, readShare]),
    [
      [0.6, 1],
      [0.7, 0],
      [0.8, 0],
      [0.9, 1],
    ],
  );
});

test("the log's share of the reads expected of the group thins the confidence, and never past 1", async () => {
  const reads = (count: number) =>
    Array.from({ length: count }, (_, index) => read(originMs + 1 + index, 'a'));
  const thin = (await cameTrue(reads(20))).plan;
  assert.ok(thin?.volume && thin.calibration);
  assert.equal(Math.round(thin.volume.expectedReads * 1e6) / 1e6, 66.666667);
  assert.equal(Math.round(thin.volume.share * 1e6) / 1e6, 0.3);
  for (const { meanConfidence, meanInLog } of thin.calibration.bins)
    assert.ok(meanInLog < meanConfidence - 0.05);
  const saidInLog = thin.calibration.bins.reduce((sum, bin) => sum + bin.keys * bin.meanInLog, 0);
  assert.ok(Math.abs(3.2 - saidInLog - thin.wasted.byVolume) < 1e-9);

  const ample = (await cameTrue(reads(100))).plan;
  assert.equal(Math.round((ample?.volume?.share ?? 0) * 1e6) / 1e6, 1.5);
  assert.equal(ample?.wasted.byVolume, 0);
  for (const bin of ample?.calibration?.bins ?? []) assert.equal(bin.meanInLog, bin.meanConfidence);
});

test('a pinned key that nobody read is no waste of the forecast', async () => {
  const pins = planText([
    { key: 'a', confidence: 0, expectedReads: 0, sizeBytes: 100, pinned: true },
    { key: 'b', confidence: 0.85, sizeBytes: 200 },
    { key: 'c', confidence: 0.75, sizeBytes: 400 },
  ]);
  const { plan } = await cameTrue([read(originMs + 1, 'b')], exampleSnapshot(), undefined, pins);
  const { keys, sentKeys, bytes } = plan?.wasted ?? {};
  assert.deepEqual([keys, sentKeys, bytes], [1, 2, 400]);
});

test('a planned key whose turn never came is no hit and no waste', async () => {
  const { plan } = await cameTrue(
    [read(originMs + 1, 'a'), read(originMs + 2, 'c')],
    exampleSnapshot({ until: 'hot' }),
  );
  assert.ok(plan);
  assert.deepEqual([plan.reads, plan.hits, plan.plannedReads], [2, 1, 2]);
  assert.deepEqual(
    { ...plan.wasted, byVolume: 0 },
    {
      ...{ keys: 1, sentKeys: 2, byVolume: 0, bytes: 200, sizedByMean: 0 },
    },
  );
});

test('replica hit rate: by what the replica held at the time of the read', async () => {
  const { replica } = await cameTrue([
    read(startMs - 1, 'a'),
    read(startMs, 'a'),
    read(startMs + 1999, 'a'),
    read(startMs + 2000, 'a'),
    read(startMs + 9999, 'x'),
    read(startMs + 10_000, 'x'),
    read(startMs + 90_000, 'y'),
  ]);
  const { course, ...counted } = replica;
  assert.deepEqual(counted, {
    reads: 6,
    hits: 3,
    beforeHot: { reads: 2, hits: 0 },
    hotToSync: { reads: 2, hits: 1 },
    inSync: { reads: 2, hits: 2 },
    unknown: 0,
    measured: { reads: 0, hits: 0 },
    kinds: {
      planned: { reads: 3, hits: 1 },
      snapshot: { reads: 3, hits: 2 },
      readThrough: undefined,
      newKeys: undefined,
      noSuchRow: undefined,
      unanswered: undefined,
    },
    ready: undefined,
    readyMeasured: undefined,
  });
  // Sixty steps over 12.5 s; what came 90 s after the start is past them.
  assert.equal(course?.fromMs, startMs);
  const found = course.reads.flatMap((reads, step) => (reads > 0 ? [[step, reads, course.hits[step]]] : []));
  assert.deepEqual(found, [
    [0, 1, 0],
    [9, 2, 1],
    [47, 1, 0],
    [48, 1, 1],
  ]);
});

test('reads after the end of a run that never was in sync are not judged', async () => {
  const { replica } = await cameTrue(
    [read(startMs + 5000, 'a'), read(startMs + 11_000, 'x'), read(startMs + 11_001, 'a')],
    exampleSnapshot({ until: 'hot-ready' }),
  );
  assert.deepEqual([replica.reads, replica.hits, replica.unknown], [2, 1, 1]);
});

test('the order of the log does not matter, and an empty log says nothing', async () => {
  const log = ['a', 'x', 'b', 'a', 'y'].map((key, index) => read(startMs + index * 3000, key));
  assert.deepEqual(await cameTrue(log.toReversed()), await cameTrue(log));
  const empty = await cameTrue([]);
  assert.deepEqual(
    [empty.log.firstMs, empty.plan?.reads, empty.plan?.covered, empty.plan?.calibration],
    [undefined, 0, 0, undefined],
  );
  assert.equal(empty.replica.reads, 0);
});

test('missed reads are told apart by what the history knew before the origin', async () => {
  const bucket = (ageHours: number) => originMs / hourMs - ageHours;
  const history = historyOf({
    lately: [bucket(1)],
    longAgo: [bucket(5)],
    sinceThen: [bucket(0), bucket(-1)],
    both: [bucket(30), bucket(1), bucket(0)],
  });
  const log = ['lately', 'lately', 'longAgo', 'sinceThen', 'never', 'both', 'a'].map((key) =>
    read(originMs + 1, key),
  );
  const { plan } = await cameTrue(log, exampleSnapshot(), history);
  assert.deepEqual(plan?.missed, { recent: 3, older: 1, unseen: 2, uncounted: 0 });
  const tooLate = { ...history, summary: () => ({ ...history.summary(), firstMs: originMs }) };
  assert.equal((await cameTrue(log, exampleSnapshot(), tooLate)).plan?.missed, undefined);
});

/** A history of hourly buckets with one read in each of those given. */
function historyOf(keys: Record<string, number[]>): AccessHistory {
  const series = Object.entries(keys).map(([key, buckets]): KeySeries => {
    const ascending = buckets.toSorted((a, b) => a - b);
    return {
      key,
      buckets: Int32Array.from(ascending),
      reads: Uint32Array.from(ascending, () => 1),
      writes: Uint32Array.from(ascending, () => 0),
      firstMs: 0,
      lastMs: 0,
      lastReadMs: undefined,
      sizeBytes: undefined,
      readsByReplica: [ascending.length],
    };
  });
  return {
    bucketMs: hourMs,
    summary: () => ({
      events: 9,
      keys: 4,
      reads: 9,
      writes: 0,
      firstMs: 0,
      lastMs: originMs,
      replicas: ['us-east'],
    }),
    series: () => series.values(),
  };
}
