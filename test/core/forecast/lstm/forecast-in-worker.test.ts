import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forecastByLstm } from '../../../../src/core/forecast/lstm/forecast-by-lstm.ts';
import { forecastByLstmInWorker } from '../../../../src/core/forecast/lstm/forecast-in-worker.ts';
import { dailyRate, hourlyPanel } from './panels.ts';

const panel = hourlyPanel(10, 120, dailyRate);
const options = { seed: 7, workUnits: 600 };

test('a worker forecasts what this thread does, from shared buffers too', async () => {
  const here = forecastByLstm(panel, 12, options);
  assert.ok(here.report.fitted === 10);
  assert.deepEqual(await forecastByLstmInWorker(panel, 12, options), here);
  const reads = new Float32Array(new SharedArrayBuffer(panel.reads.byteLength));
  reads.set(panel.reads);
  assert.deepEqual(await forecastByLstmInWorker({ ...panel, reads }, 12, options), here);
});

test('the signal ends a worker in the midst of its work', async () => {
  const controller = new AbortController();
  const reads = new Float32Array(new SharedArrayBuffer(panel.reads.byteLength));
  // Busy for long, but not for ever: a worker that nobody ends leaves its mark and lets the test fail.
  const program = `
    import { workerData } from 'node:worker_threads';
    const until = Date.now() + 20_000;
    while (Date.now() < until);
    workerData.panel.reads[0] = -1;`;
  const busy = forecastByLstmInWorker({ ...panel, reads }, 12, {
    ...options,
    signal: controller.signal,
    worker: programUrl(program),
  });
  setImmediate(() => controller.abort(new Error('enough')));
  await assert.rejects(busy, { message: 'enough' });
  assert.equal(reads[0], 0);
  await assert.rejects(forecastByLstmInWorker(panel, 12, { ...options, signal: controller.signal }), {
    message: 'enough',
  });
});

test('a worker that dies is a failure of all keys, with its reason', async () => {
  for (const [program, reason] of [
    ['throw new Error("out of luck")', 'its worker failed: out of luck'],
    ['process.exit(3)', 'its worker ended'],
  ] as const) {
    const forecast = await forecastByLstmInWorker(panel, 12, { ...options, worker: programUrl(program) });
    assert.deepEqual([forecast.report.failed, forecast.report.failure], [10, reason]);
    assert.ok(forecast.expected.every(Number.isNaN));
  }
});

function programUrl(program: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}
