import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { openLogFile, openStream } from '../../../src/core/access-log/log-file.ts';
import { ingestLogs } from '../../../src/core/history/ingest.ts';
import { openHistory } from '../../../src/core/history/open-history.ts';
import { type MeasureOptions, measureRun } from '../../../src/core/metrics/measure-run.ts';
import { readyTimesOf } from '../../../src/core/ready-times-of.ts';
import { openState } from '../../../src/core/state/open.ts';
import { readRun, recordRun } from '../../../src/core/state/runs.ts';
import type { RunSnapshot } from '../../../src/core/sync/snapshot.ts';
import { type TestContext, temporaryFolder } from '../../support/tables.ts';
import { examplePlan, exampleRun, exampleSnapshot, originMs, startMs } from './run-example.ts';

interface Line {
  atMs: number;
  key: string;
  hit?: boolean;
  found?: boolean | null;
  by?: string;
}

const line = ({ atMs, key, hit = true, found = true, by }: Line) =>
  `${JSON.stringify({ time: new Date(startMs + atMs).toISOString(), key, op: 'read', hit, found, by })}\n`;

/** A log as `--serve` writes it. */
const served = (lines: readonly Line[]) => lines.map(line).join('');

const csv = (reads: readonly [atMs: number, key: string][]) =>
  `time,op,key\n${reads.map(([atMs, key]) => `${startMs + atMs},GET,${key}\n`).join('')}`;

/** Measures the example's run, whose joiner is hot-ready after 2 s and in sync after 10 s, by logs of these texts. */
async function measured(
  t: TestContext,
  texts: readonly string[],
  {
    snapshot = exampleSnapshot(),
    known = [],
    ...more
  }: { snapshot?: RunSnapshot; known?: readonly string[] } & Partial<MeasureOptions> = {},
) {
  const folder = temporaryFolder(t);
  const state = openState(path.join(folder, 'foresync.db'));
  t.after(() => state.close());
  recordRun(state, { ...exampleRun(snapshot), plan: zstdCompressSync(examplePlan) });
  const past = path.join(folder, 'past.csv');
  if (known.length > 0) {
    writeFileSync(past, csv(known.map((key) => [originMs - startMs - 7_200_000, key])));
    await ingestLogs(state, [{ path: past, replica: 'us-east' }], {});
  }
  const logs = texts.map((text, index) => {
    const file = path.join(folder, `log-${index}`);
    writeFileSync(file, text);
    return { name: file, open: () => openLogFile(file) };
  });
  const nowMs = startMs + 60_000;
  const history = known.length > 0 ? openHistory(state) : undefined;
  const { report, logs: readings } = await measureRun(state, readRun(state, 'run-1'), {
    ...{ logs, history, keep: true, nowMs },
    ...more,
  });
  assert.ok(report.cameTrue);
  return { cameTrue: report.cameTrue, readings, kept: readRun(state, 'run-1').metrics };
}

test('hits are as the joiner logged them, and told apart by what brought the row', async (t) => {
  const { cameTrue, readings } = await measured(
    t,
    [
      served([
        { atMs: -5000, key: 'a', hit: false },
        { atMs: 500, key: 'a', hit: false },
        { atMs: 600, key: 'x', hit: false },
        { atMs: 700, key: 'x' },
        { atMs: 2500, key: 'a' },
        { atMs: 3000, key: 'y' },
        { atMs: 3100, key: 'fresh', hit: false, found: false },
        { atMs: 3200, key: 'gone', hit: false, found: false },
        { atMs: 3300, key: 'nowhere', hit: false, found: false },
        { atMs: 3400, key: 'nowhere', hit: true, found: false },
        { atMs: 3500, key: 'z', hit: false, found: null },
        { atMs: 9000, key: 'fresh' },
        { atMs: 9100, key: 'told', by: 'delta' },
        { atMs: 9200, key: 'a', by: 'snapshot' },
      ]),
    ],
    { known: ['gone', 'a', 'x', 'y'] },
  );
  const { replica, leftOut, log } = cameTrue;
  assert.deepEqual(readings[0]?.isServed, true);
  assert.deepEqual([log.reads, leftOut?.early], [13, 1]);
  assert.deepEqual([replica.reads, replica.hits, replica.measured], [13, 7, { reads: 13, hits: 7 }]);
  assert.deepEqual(replica.kinds, {
    planned: { reads: 2, hits: 1 },
    snapshot: { reads: 3, hits: 2 },
    readThrough: { reads: 1, hits: 1 },
    newKeys: { reads: 3, hits: 2 },
    noSuchRow: { reads: 3, hits: 1 },
    unanswered: { reads: 1, hits: 0 },
  });
});

test('where a log of the joiner covers the same time as another one, no read is counted twice', async (t) => {
  const own = served([
    { atMs: 1000, key: 'a', hit: false },
    { atMs: 4000, key: 'a' },
  ]);
  const balancer = csv([
    [500, 'a'],
    [1000, 'a'],
    [3000, 'x'],
    [4000, 'a'],
    [20_000, 'x'],
  ]);
  const { cameTrue, readings } = await measured(t, [balancer, own]);
  assert.deepEqual(
    readings.map(({ isServed }) => isServed),
    [true, false],
  );
  assert.equal(cameTrue.leftOut?.twice, 3);
  assert.deepEqual(cameTrue.replica.measured, { reads: 2, hits: 1 });
  assert.deepEqual([cameTrue.replica.reads, cameTrue.replica.hits], [4, 2]);
  const again = await measured(t, [own, own]);
  assert.equal(again.cameTrue.replica.reads, 2);
});

test('a log that ends in the middle of a line is counted up to there, and one on a pipe is known as well', async (t) => {
  const whole = served([
    { atMs: 1000, key: 'a', hit: false },
    { atMs: 4000, key: 'a' },
  ]);
  const cut = whole.slice(0, -9);
  const { cameTrue, readings } = await measured(t, [cut]);
  assert.deepEqual([cameTrue.replica.reads, readings[0]?.isCut, readings[0]?.rejected], [1, true, 0]);
  assert.equal((await measured(t, [whole])).readings[0]?.isCut, false);
  const open = () => openStream(Readable.from([Buffer.from(cut.slice(0, 50)), Buffer.from(cut.slice(50))]));
  const piped = await measured(t, [], { logs: [{ name: '-', open }] });
  assert.deepEqual(
    [piped.cameTrue.replica.measured, piped.readings[0]?.isCut],
    [{ reads: 1, hits: 0 }, true],
  );
});

test('lines that cannot be of such a log are counted, with why', async (t) => {
  const { readings } = await measured(t, [
    `${served([{ atMs: 1, key: 'a' }])}{"time":"soon","key":"a","hit":true,"found":true}\n{"time":"2026-01-02T10:00:00Z","key":"a"}\nnonsense\n`,
  ]);
  assert.deepEqual(
    readings[0]?.firstRejects.map(({ line, reason }) => [line, reason]),
    [
      [2, 'its time is none'],
      [3, 'it does not say whether the read hit'],
      [4, 'the line is not JSON'],
    ],
  );
});

test("a clock of the joiner's that is known to be off is corrected for", async (t) => {
  const snapshot = exampleSnapshot();
  snapshot.joinerClock = { aheadMs: 3_600_000, withinMs: 10 };
  const { cameTrue } = await measured(t, [served([{ atMs: 3_600_000 + 2500, key: 'a' }])], { snapshot });
  assert.deepEqual([cameTrue.leftOut?.clockAheadMs, cameTrue.log.firstMs], [3_600_000, startMs + 2500]);
  assert.deepEqual(cameTrue.replica.hotToSync, { reads: 1, hits: 1 });
  snapshot.joinerClock = { aheadMs: 8, withinMs: 10 };
  assert.equal(
    (await measured(t, [served([{ atMs: 1, key: 'a' }])], { snapshot })).cameTrue.leftOut?.clockAheadMs,
    0,
  );
});

test('a log of another time is refused, and what was measured before stays', async (t) => {
  for (const text of [served([{ atMs: -5000, key: 'a' }]), csv([[200_000_000, 'a']])])
    await assert.rejects(measured(t, [text]), { code: 'log-of-another-time', kind: 'data' });
});

test('a log of another table is refused where the history knows the keys of this one', async (t) => {
  const foreign = csv(Array.from({ length: 12 }, (_, n) => [1000 + n, `order:${n}`]));
  await assert.rejects(measured(t, [foreign], { known: ['a', 'b'] }), {
    code: 'log-of-another-table',
    message:
      /^The log \/.*log-0 is of another table: none of the 12 keys in it, such as 'order:0', is in the plan or/,
  });
  const withOne = `${foreign}${startMs + 5000},GET,b\n`;
  assert.equal((await measured(t, [withOne], { known: ['a', 'b'] })).cameTrue.log.reads, 13);
  assert.equal((await measured(t, [foreign])).cameTrue.log.reads, 12);
});

test("a log of another table or time is refused by its name beside the joiner's own", async (t) => {
  const own = served([{ atMs: 1000, key: 'a' }]);
  const foreign = csv(Array.from({ length: 12 }, (_, n) => [2000 + n, `order:${n}`]));
  await assert.rejects(measured(t, [own, foreign], { known: ['a', 'b'] }), {
    code: 'log-of-another-table',
    message: /^The log \/.*log-1 is of another table/,
  });
  await assert.rejects(measured(t, [own, csv([[-900_000_000, 'a']])]), {
    code: 'log-of-another-time',
    message: /^The log \/.*log-1 is of another time: it has 1 read from/,
  });
});

test('reads later than now are counted as what they are: a clock is wrong', async (t) => {
  const nowMs = startMs + 60_000;
  const future = async (...times: number[]) => {
    const log = csv(times.map((atMs) => [atMs, 'a']));
    return (await measured(t, [log], { nowMs })).cameTrue.log.future;
  };
  assert.equal(await future(20_000, 119_999, 120_001), 1);
  assert.equal(await future(20_000), 0);
});

test("only times that the joiner's clock wrote are corrected by it, and by no more than clocks differ anyway", async (t) => {
  const snapshot = exampleSnapshot();
  snapshot.joinerClock = { aheadMs: 50_000, withinMs: 1 };
  const own = served([{ atMs: 50_500, key: 'a' }]);
  const both = (await measured(t, [own, csv([[5000, 'a']])], { snapshot })).cameTrue;
  assert.deepEqual([both.log.firstMs, both.log.lastMs], [startMs + 500, startMs + 5000]);
  const alone = (await measured(t, [csv([[5000, 'a']])], { snapshot })).cameTrue;
  assert.deepEqual([alone.leftOut?.clockAheadMs, alone.log.firstMs], [0, startMs + 5000]);
  snapshot.joinerClock = { aheadMs: 99, withinMs: 0 };
  const near = (await measured(t, [served([{ atMs: 500, key: 'a' }])], { snapshot })).cameTrue;
  assert.equal(near.leftOut?.clockAheadMs, 0);
});

test('what is modelled beside measured reads does not say from when on they hit', async (t) => {
  const own = served(Array.from({ length: 400 }, (_, n) => ({ atMs: n * 10, key: 'a', hit: n % 2 === 0 })));
  const later = csv(Array.from({ length: 400 }, (_, n) => [10_100 + n, 'a']));
  const { replica } = (await measured(t, [own, later])).cameTrue;
  const reached = (times = replica.ready) => times?.times.map(({ afterMs }) => afterMs !== undefined);
  assert.deepEqual(reached(), [true, true, true]);
  assert.deepEqual(reached(replica.readyMeasured), [true, false, false]);
  assert.deepEqual(reached(readyTimesOf(replica)), [true, false, false]);
  const alone = (await measured(t, [own])).cameTrue.replica;
  assert.equal(alone.readyMeasured, undefined);
  assert.deepEqual(reached(readyTimesOf(alone)), [true, false, false]);
});

test('from when on reads hit: no window of the reads that come later falls below it', async (t) => {
  // A lucky first stretch, a poor one, then nine of ten, then all.
  const hits = (n: number) => n < 150 || (n >= 400 && n % 10 !== 0) || n >= 700;
  const lines = Array.from({ length: 1000 }, (_, n) => ({ atMs: n * 10, key: 'a', hit: hits(n) }));
  const { ready } = (await measured(t, [served(lines)])).cameTrue.replica;
  assert.equal(ready?.windowReads, 100);
  const [half, ninety, most] = ready.times.map(({ afterMs }) => Math.round((afterMs ?? -1) / 10));
  assert.ok(half !== undefined && half >= 355 && half <= 357, `half from read ${half}`);
  assert.ok(ninety !== undefined && ninety > 380 && ninety <= 400, `nine tenths from read ${ninety}`);
  assert.ok(most !== undefined && most > 680 && most <= 700, `99 % from read ${most}`);
  const few = (await measured(t, [served(lines.slice(0, 99))])).cameTrue.replica.ready;
  assert.equal(few, undefined);
  const never = lines.map((one) => ({ ...one, hit: one.atMs % 30 === 0 }));
  assert.deepEqual(
    (await measured(t, [served(never)])).cameTrue.replica.ready?.times.map(({ afterMs }) => afterMs),
    [undefined, undefined, undefined],
  );
});
