import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forecastByLstm } from '../../../../src/core/forecast/lstm/forecast-by-lstm.ts';
import type { Panel, PanelForecast } from '../../../../src/core/forecast/panel/panel.ts';
import { at, dailyRate, hourlyPanel } from './panels.ts';

const options = { seed: 1, workUnits: 600 };

test('a daily cycle of each key is learned: every step is forecast better than by the mean', () => {
  const steps = 240;
  const keys = 24;
  const panel = hourlyPanel(keys, steps, dailyRate);
  const { expected } = forecastByLstm(panel, 24, options);
  let error = 0;
  let meanError = 0;
  for (let key = 0; key < keys; key++) {
    const mean = panel.reads.subarray(key * steps, (key + 1) * steps).reduce((a, b) => a + b, 0) / steps;
    for (let h = 0; h < 24; h++) {
      const rate = dailyRate(key, steps + h);
      error += Math.abs(at(expected, key * 24 + h) - rate);
      meanError += Math.abs(mean - rate);
    }
  }
  assert.ok(error < 0.5 * meanError, `${error} against ${meanError}`);
});

test('a horizon of part of a day knows which part it is', () => {
  const rate = (_key: number, step: number) => (step % 24 < 12 ? 3 : 0.3);
  for (const [end, hoursMean] of [
    [240, 3],
    [252, 0.3],
  ] as const) {
    const panel = hourlyPanel(12, end, rate);
    panel.endMs += (end - 240) * panel.stepMs;
    const reads = forecastByLstm(panel, 6, options).expected.reduce((a, b) => a + b, 0) / 12;
    assert.ok(reads > 0.6 * 6 * hoursMean && reads < 1.7 * 6 * hoursMean, `${reads} for ${6 * hoursMean}`);
  }
});

test('the interval holds about 80 % of what comes', () => {
  const steps = 200;
  const rate = (key: number) => 1 + key / 40;
  const keys = 160;
  const whole = hourlyPanel(keys, steps + 12, rate);
  const panel = firstSteps(whole, steps);
  const { low, high } = forecastByLstm(panel, 12, options);
  let inside = 0;
  for (let key = 0; key < keys; key++) {
    const from = key * whole.steps + steps;
    const came = whole.reads.subarray(from, from + 12).reduce((a, b) => a + b, 0);
    if (came >= at(low, key) && came <= at(high, key)) inside++;
  }
  assert.ok(inside > 0.7 * keys && inside < 0.95 * keys, `${inside} of ${keys}`);
});

test('the same seed gives the same bytes, another one others', () => {
  const panel = hourlyPanel(10, 120, dailyRate);
  const bytes = (seed: number) => forecastByLstm(panel, 12, { ...options, seed });
  assert.deepEqual(bytes(4), bytes(4));
  assert.notDeepEqual(bytes(4).expected, bytes(5).expected);
});

test('a budget too small for all keys leaves out the coldest, and none is exceeded', () => {
  const panel = hourlyPanel(2000, 120, dailyRate);
  const short = forecastByLstm(panel, 12, { seed: 1, workUnits: 300 });
  assert.ok(short.report.workUnits <= 300);
  const { skipped } = short.report;
  assert.ok(skipped > 0 && skipped < 2000, `${skipped} were skipped`);
  assert.equal(short.report.fitted, 2000 - skipped);
  for (let key = 0; key < 2000; key++) {
    const out = key >= 2000 - skipped;
    assert.equal(Number.isNaN(short.expected[key * 12 + 11]), out);
    assert.equal(Number.isNaN(short.low[key]), out);
  }
  const none = forecastByLstm(panel, 12, { seed: 1, workUnits: 1 });
  assert.deepEqual([none.report.skipped, none.report.workUnits, none.report.failed], [2000, 0, 0]);
  assert.ok(none.expected.every(Number.isNaN));
});

test('a tripped signal ends it', () => {
  const panel = hourlyPanel(3, 120, dailyRate);
  const signal = AbortSignal.abort(new Error('enough'));
  assert.throws(() => forecastByLstm(panel, 12, { ...options, signal }), { message: 'enough' });
});

test('series that are too short have nothing said of them', () => {
  for (const [steps, horizonSteps] of [
    [0, 4],
    [1, 4],
    [47, 4],
    [60, 49],
    [60, 400],
  ] as const) {
    const forecast = forecastByLstm(hourlyPanel(2, steps, dailyRate), horizonSteps, options);
    assert.equal(forecast.expected.length, 2 * horizonSteps);
    assert.ok(forecast.expected.every(Number.isNaN));
    assert.ok(forecast.high.every(Number.isNaN));
    assert.deepEqual([forecast.report.failed, forecast.report.failure], [2, 'the series are too short']);
  }
  const empty = forecastByLstm(hourlyPanel(0, 100, dailyRate), 4, options);
  assert.deepEqual([empty.expected.length, empty.report.failed], [0, 0]);
});

test('no input makes a forecast that is no number', () => {
  const one = hourlyPanel(1, 60, dailyRate);
  const silent = hourlyPanel(4, 60, () => 0);
  const huge = scaled(hourlyPanel(4, 60, dailyRate), 1e9);
  const burst = hourlyPanel(4, 60, (_key, step) => (step === 59 ? 3 : 0));
  burst.reads[59] = 1e9;
  const broken = hourlyPanel(4, 60, dailyRate);
  broken.reads.set([Number.NaN, -3, Number.POSITIVE_INFINITY], 40);
  broken.group.set([Number.NaN, -3, Number.POSITIVE_INFINITY], 40);
  const steady: Panel = { ...huge, reads: huge.reads.slice().fill(1e9) };
  for (const panel of [one, silent, huge, burst, broken, steady]) {
    for (const horizonSteps of [1, 7, 48]) {
      const forecast = forecastByLstm(panel, horizonSteps, { seed: 1, workUnits: 300 });
      for (const values of [forecast.expected, forecast.low, forecast.high])
        assert.ok(values.every((value) => Number.isFinite(value) && value >= 0));
      assertOrdered(forecast, panel.keys);
    }
  }
  const { expected } = forecastByLstm(steady, 6, options);
  assert.ok(expected.every((reads) => reads > 3e8 && reads < 3e9));
});

function assertOrdered({ low, high }: PanelForecast, keys: number): void {
  for (let key = 0; key < keys; key++) assert.ok(at(low, key) <= at(high, key));
}

function scaled(panel: Panel, factor: number): Panel {
  return {
    ...panel,
    reads: panel.reads.map((reads) => reads * factor),
    group: panel.group.map((reads) => reads * factor),
  };
}

function firstSteps(panel: Panel, steps: number): Panel {
  const reads = new Float32Array(panel.keys * steps);
  for (let key = 0; key < panel.keys; key++)
    reads.set(panel.reads.subarray(key * panel.steps, key * panel.steps + steps), key * steps);
  return { ...panel, steps, reads, group: panel.group.slice(0, steps) };
}
