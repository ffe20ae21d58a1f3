import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import type { SimulatedJoin } from '../../../src/core/simulate/simulate-join.ts';
import type { SimulationReport } from '../../../src/core/simulate/simulation-report.ts';
import { frameFor } from '../../../src/ui/analyze/page-frame.ts';
import { brushFor } from '../../../src/ui/metrics-paint.ts';
import { simulationLines } from '../../../src/ui/simulate/simulation-page.ts';

const minuteMs = 60_000;
const stepMs = minuteMs;

function join(more: Partial<SimulatedJoin> = {}): SimulatedJoin {
  const reads = new Array<number>(60).fill(10);
  return {
    order: 'foresync',
    minConfidence: 0.5,
    budgetKeys: undefined,
    budgetBytes: undefined,
    hotKeys: 1200,
    hotBytes: 240_000,
    hotReadyMs: 6 * minuteMs,
    inSyncMs: 60 * minuteMs,
    phases: {
      connectMs: 600,
      hotMs: 5 * minuteMs,
      snapshotMs: 50 * minuteMs,
      deltaMs: 0,
      verifyMs: 0,
      publishMs: 100,
    },
    wireBytes: { hot: 60_000, snapshot: 12_000_000, delta: 0 },
    deltaRows: 0,
    hitRate: 0.75,
    hotReadShare: 0.7,
    hitRateError: 0,
    ready: { halfMs: 6 * minuteMs, ninetyMs: 45 * minuteMs, ninetyNineMs: undefined },
    course: { fromMs: 0, stepMs, reads, hits: reads.map((_, step) => (step < 15 ? 0 : 10)) },
    ...more,
  };
}

function report(joins: SimulatedJoin[], more: Partial<SimulationReport> = {}): SimulationReport {
  return {
    originMs: Date.UTC(2026, 0, 1),
    timeScale: 1,
    horizonMs: 24 * 60 * minuteMs,
    windowMs: 24 * 60 * minuteMs,
    lookedAtMs: 60 * minuteMs,
    reads: 600,
    replayed: 'history',
    model: {
      table: {
        rows: { value: 1_000_000, from: 'flag' },
        rowBytes: { value: 200, from: 'run' },
        compression: { value: 4.2, from: 'assumed' },
        plannedToScanned: { value: 1.5, from: 'assumed' },
      },
      linkBytesPerSecond: 12_500_000,
      limitBytesPerSecond: undefined,
      rttMs: 100,
      donors: 2,
      writesPerSecond: undefined,
      costs: {
        connectMs: 600,
        hotRowsPerSecond: 1,
        snapshotRowsPerSecond: 1,
        deltaRowsPerSecond: 1,
        verifyRowsPerSecond: 1,
        publishMs: 100,
      },
    },
    sample: { keys: 500, share: 1 },
    plan: { from: 'file', file: 'evil\u001b[31m.jsonl', unknownShare: 0 },
    joins,
    ...more,
  };
}

function lines(shown: SimulationReport, env: Record<string, string> = {}, argv: string[] = []): string[] {
  const brush = brushFor(argv, { LC_ALL: 'C.UTF-8', NO_COLOR: '1', ...env });
  return simulationLines(shown, frameFor(brush, 80));
}

test('a page says what was replayed, draws hit rates against time and has a line for each join', () => {
  const shown = lines(
    report([join(), join({ order: 'copy', hotKeys: 0, hotReadyMs: undefined, minConfidence: undefined })]),
  );
  assert.ok(
    shown.every((line) => stringWidth(line) <= 80),
    shown.join('\n'),
  );
  const page = shown.join('\n');
  assert.match(page, /1,000,000 rows, 191 MiB, from 2026-01-01 00:00 UTC on/);
  assert.match(
    page,
    /Rows of 200 B \(as in the latest run\), packed 4\.2 to 1 \(assumed\), a link of\s+11\.9 MiB\/s, a round trip of 0\.1 s, 2 donors/,
  );
  assert.ok(!page.includes('\u001b'), 'what a file is called cannot act on a terminal');
  const plot = shown.find((line) => line.startsWith('  foresync') && line.includes('┤')) ?? '';
  assert.match(
    plot,
    /100 % ┤ {15}█{45}$/,
    'nothing is there in the first quarter of the time, and then all is',
  );
  assert.match(page, /^ {2}foresync +1\.2 k +75\.0 % +45 min 00 s +6 min 00 s +1 h 00 min +11\.5 MiB$/m);
  assert.match(page, /^ {2}copy +- +75\.0 %/m);
});

test('several thresholds are told apart, and a sample has its error beside the hit rate', () => {
  const some = { hitRateError: 0.012 };
  const page = lines(
    report([join(some), join({ ...some, minConfidence: 0.9, hotKeys: 400 })], {
      sample: { keys: 50, share: 0.1 },
    }),
  ).join('\n');
  assert.match(page, /foresync 0\.50 .*\+\/-1\.2 %/);
  assert.match(page, /foresync 0\.90 .*\+\/-1\.2 %/);
  assert.match(page, /a sample of 50\s+keys, 10\.00 % of all/);
  assert.equal(page.match(/┤/g)?.length, 1, 'one plot an order');
});

test('joins that come to the same are one line, also of several thresholds', () => {
  const page = lines(
    report([
      join({ minConfidence: 0.2, budgetKeys: 100 }),
      join({ minConfidence: 0.8, budgetKeys: 100 }),
      ...[100, 200, 300].map((budgetKeys) => join({ order: 'oracle', minConfidence: undefined, budgetKeys })),
      join({ order: 'oracle', minConfidence: undefined, hotKeys: 7 }),
    ]),
  );
  assert.equal(page.filter((line) => /^ {2}foresync 0\.20\+ +1\.2 k /.test(line)).length, 1, page.join('\n'));
  assert.equal(page.filter((line) => /^ {2}foresync 0/.test(line)).length, 1);
  assert.equal(page.filter((line) => /^ {2}oracle +(1\.2 k|7) /.test(line)).length, 2);
  assert.ok(page.some((line) => line.includes('+: higher thresholds as well')));
});

test('hit rates of a few reads say so beside the figures, and are not drawn', () => {
  const few = lines(report([join({ hitRate: 2 / 3 })], { reads: 3 })).join('\n');
  assert.match(few, /foresync +1\.2 k +~66 % /);
  assert.match(few, /~: of 3 reads alone, one of which moves it by 33 %\./);
  assert.ok(!few.includes('┤'));
});

test('what takes the worth from a simulation is said', () => {
  const late = lines(
    report([join({ inSyncMs: 48 * 60 * minuteMs }), join({ order: 'copy', inSyncMs: undefined })]),
  ).join('\n');
  assert.match(late, /before\s+every\s+join\s+is\s+in\s+sync/);
  assert.match(late, /Writers are faster than the joiner/);
  assert.match(late, /^ {2}copy .* never /m);
  const none = { reads: new Array<number>(60).fill(0), hits: new Array<number>(60).fill(0) };
  const empty = lines(
    report([join({ course: { fromMs: 0, stepMs, ...none }, hitRate: undefined })], { reads: 0 }),
  ).join('\n');
  assert.match(empty, /Nothing was read in that time/);
  assert.ok(!empty.includes('┤'));
});

test('in ASCII and in plain words the page says the same', () => {
  const ascii = lines(report([join()]), { LC_ALL: 'C' }).filter((line) => line.includes('100 %'));
  assert.match(ascii.join('\n'), /100 % \+ {15}#{45}/);
  const plain = lines(report([join()]), {}, ['--plain']).join('\n');
  assert.match(
    plain,
    /hit rate of foresync in time: 0 % by 10 min 00 s, 50 % by 20 min 00 s, 100 % by 30 min 00 s/,
  );
  assert.match(
    plain,
    /order foresync, ahead 1\.2 k, hit rate 75\.0 %, 90 % there 45 min 00 s, hot-ready 6 min 00 s, in sync 1 h 00 min, sent 11\.5 MiB\./,
  );
});
