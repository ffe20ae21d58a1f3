import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type ArimaJob, type Fit, judgeArima } from '../../../src/core/forecast/arima-judge.ts';
import { judgeInWorkers } from '../../../src/core/forecast/arima-pool.ts';
import { seededRandom } from './random.ts';

const horizonSteps = 24;

/** A key with two reads a step; the rivals expected `rival` in each of the last two horizons, and 48 came. */
function job(rival: number, changes: Partial<ArimaJob> = {}): ArimaJob {
  const steps = horizonSteps * 9;
  return {
    id: 7,
    series: new Float64Array(steps).fill(2),
    groupSeries: new Float64Array(steps).fill(20),
    horizonSteps,
    holdouts: [
      { volume: 480, rival },
      { volume: 480, rival },
    ],
    unconditionally: false,
    ...changes,
  };
}

const mean: Fit = (series, steps) =>
  new Float64Array(steps).fill(series.reduce((s, v) => s + v, 0) / series.length);

test('ARIMA is taken where it was nearer to what came, as a share of the group', () => {
  assert.deepEqual(judgeArima(job(10), mean), { id: 7, status: 'better', share: 0.1 });
});

test('ARIMA is left where the decayed count was as near', () => {
  assert.deepEqual(judgeArima(job(48), mean), { id: 7, status: 'worse' });
});

test('one horizon out of two is not enough', () => {
  const mixed = job(10, {
    holdouts: [
      { volume: 480, rival: 48 },
      { volume: 480, rival: 10 },
    ],
  });
  assert.equal(judgeArima(mixed, mean).status, 'worse');
});

test('without a backtest it is taken only when asked for', () => {
  assert.equal(judgeArima(job(10, { holdouts: [] }), mean).status, 'worse');
  assert.equal(judgeArima(job(48, { unconditionally: true }), mean).status, 'better');
});

for (const [what, fit, reason] of [
  [
    'throws',
    () => {
      throw new Error('no convergence');
    },
    'no convergence',
  ],
  ['gives NaN', (_series, steps) => new Float64Array(steps).fill(Number.NaN), 'the fit gave no number'],
  ['gives infinities', (_series, steps) => new Float64Array(steps).fill(Infinity), 'the fit gave no number'],
  ['gives too few steps', () => [1, 2], 'the fit gave no number'],
  ['diverges', (_series, steps) => new Float64Array(steps).fill(1e9), 'the forecast diverged'],
] as [string, Fit, string][]) {
  test(`a fit that ${what} is failed, with the reason`, () => {
    assert.deepEqual(judgeArima(job(10), fit), { id: 7, status: 'failed', reason });
  });
}

test('a fit of the group that fails leaves its mean', () => {
  const groupFails: Fit = (series, steps) => {
    if (series[0] === 20) throw new Error('group');
    return mean(series, steps);
  };
  assert.deepEqual(judgeArima(job(10), groupFails), { id: 7, status: 'better', share: 0.1 });
});

test('a key with hardly a read is sparse, and is never fitted', () => {
  const never: Fit = () => assert.fail('fitted');
  const series = new Float64Array(horizonSteps * 9);
  series[3] = 5;
  assert.equal(judgeArima(job(10, { series }), never).status, 'sparse');
  assert.equal(judgeArima(job(10, { series: new Float64Array(10).fill(2) }), never).status, 'sparse');
});

function realJobs(count: number): ArimaJob[] {
  const random = seededRandom(4);
  return Array.from({ length: count }, (_, id) => {
    const series = Float64Array.from({ length: horizonSteps * 9 }, () => Math.floor(random() * 5));
    return { ...job(1), id, series };
  });
}

test('the workers fit for real, give every job its verdict, and the same one each time', async () => {
  const jobs = realJobs(9);
  const first = await judgeInWorkers(jobs);
  assert.deepEqual(
    first.map(({ id }) => id),
    jobs.map(({ id }) => id),
  );
  const better = first.filter(({ status }) => status === 'better');
  assert.ok(better.length > 0);
  for (const verdict of better)
    assert.ok(verdict.status === 'better' && Math.abs(verdict.share - 0.1) < 0.05);
  assert.deepEqual(await judgeInWorkers(jobs), first);
});

test('counts that the library cannot fit fall back', async () => {
  const series = Float64Array.from({ length: horizonSteps * 9 }, (_, i) => (i % 2) * 1e9);
  const [verdict] = await judgeInWorkers([{ ...job(10), series }]);
  assert.equal(verdict?.status, 'failed');
});

// Only what hangs has to wait for its end: on a busy machine a worker may take long to begin.
for (const [what, body, reason, stallAfterMs] of [
  ['throws', 'throw new Error("out of memory")', /its worker failed: out of memory/, 60_000],
  ['exits', 'process.exit(1)', /its worker ended/, 60_000],
  [
    'answers once and hangs',
    'parentPort.postMessage({ id: jobs[0].id, status: "worse" }); for (;;);',
    /did not end in time/,
    300,
  ],
] as [string, string, RegExp, number][]) {
  test(`a worker that ${what} fails its jobs, and nothing else`, async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-arima-'));
    try {
      const file = path.join(folder, 'worker.mjs');
      writeFileSync(
        file,
        `import { parentPort } from 'node:worker_threads';\nparentPort.on('message', (jobs) => { ${body} });\n`,
      );
      const verdicts = await judgeInWorkers(realJobs(5), { worker: pathToFileURL(file), stallAfterMs });
      assert.equal(verdicts.length, 5);
      const failed = verdicts.filter(({ status }) => status === 'failed');
      assert.ok(failed.length >= 3);
      for (const verdict of failed) assert.ok(verdict.status === 'failed' && reason.test(verdict.reason));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test('an interruption ends the fits', async () => {
  const controller = new AbortController();
  const judging = judgeInWorkers(realJobs(50), { signal: controller.signal });
  controller.abort(new Error('stop'));
  await assert.rejects(judging, /stop/);
});
