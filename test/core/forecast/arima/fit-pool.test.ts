import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FitJob } from '../../../../src/core/forecast/arima/fit-job.ts';
import { fitInWorkers } from '../../../../src/core/forecast/arima/fit-pool.ts';

const jobs = Array.from(
  { length: 10 },
  (_, id): FitJob => ({
    id,
    series: new Float64Array(30).fill(2),
    horizonSteps: 2,
    order: { p: 1, d: 0, q: 1, P: 0, D: 0, Q: 0, season: 0 },
  }),
);
const answer =
  'parentPort.postMessage({ id: job.id, status: "fitted", expected: new Float64Array(2), variance: 0 })';

// Only what hangs has to wait for its end: on a busy machine a worker may take long to begin.
for (const [what, body, stallAfterMs, failed, reason] of [
  ['dies at one job', 'if (job.id === 4) process.exit(1);', 60_000, [4], /its worker ended/],
  ['throws at one job', 'if (job.id === 4) throw new Error("no memory");', 60_000, [4], /failed: no memory/],
  ['hangs at one job', 'if (job.id === 4) for (;;);', 2_000, [4], /did not end in time/],
  ['dies at every job', 'process.exit(1);', 60_000, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], /its worker ended/],
] as [string, string, number, number[], RegExp][]) {
  test(`a worker that ${what} fails that, and nothing else`, async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-arima-'));
    try {
      const file = path.join(folder, 'worker.mjs');
      const loop = `for (const job of jobs) { ${body} ${answer}; }`;
      writeFileSync(
        file,
        `import { parentPort } from 'node:worker_threads';\nparentPort.on('message', (jobs) => { ${loop} });\n`,
      );
      const results = await fitInWorkers(jobs, { worker: pathToFileURL(file), stallAfterMs });
      assert.deepEqual(
        results.map(({ id }) => id),
        jobs.map(({ id }) => id),
      );
      const failures = results.filter((result) => result.status === 'failed');
      assert.deepEqual(
        failures.map(({ id }) => id),
        failed,
      );
      for (const failure of failures) assert.ok(reason.test(failure.reason), failure.reason);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test('what a worker prints does not reach standard output', () => {
  const pool = new URL('../../../../src/core/forecast/arima/fit-pool.ts', import.meta.url);
  const tsx = fileURLToPath(new URL('../../../support/tsx.ts', import.meta.url));
  const worker = `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ([{ id }]) => {
      console.log('a remark');
      parentPort.postMessage({ id, status: 'failed', reason: 'none' });
    });`)}`;
  const script = `
    const { fitInWorkers } = await import(${JSON.stringify(pool.href)});
    await fitInWorkers([{ id: 0 }], { worker: new URL(${JSON.stringify(worker)}) });
    process.stdout.write('done');`;
  const run = spawnSync(process.execPath, ['--import', tsx, '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  assert.equal(run.stdout, 'done');
});
