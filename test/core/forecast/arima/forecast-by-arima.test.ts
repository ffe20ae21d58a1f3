import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forecastByArima } from '../../../../src/core/forecast/arima/forecast-by-arima.ts';
import type { Panel, PanelForecast } from '../../../../src/core/forecast/panel/panel.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { poisson } from '../poisson.ts';
import { dailyRate, dayAndNight, hourMs, panelOf, valueAt } from './panels.ts';

const plain = { seasonal: false, seed: 1, workUnits: 1e6 };
const seasonal = { seasonal: true, seed: 1, workUnits: 1e6 };

function row({ expected, horizonSteps }: PanelForecast, key: number): Float32Array {
  return expected.subarray(key * horizonSteps, (key + 1) * horizonSteps);
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

test('keys of two shapes are followed through the day, far nearer than by their mean', async () => {
  const panel = dayAndNight(40, 24 * 10, 0.4);
  const forecast = await forecastByArima(panel, 24, seasonal);
  let error = 0;
  let errorOfMean = 0;
  for (let key = 0; key < panel.keys; key++) {
    const rate = dailyRate(0.4, key % 2 === 0 ? 12 : 0);
    for (const [step, reads] of row(forecast, key).entries()) {
      error += (reads - rate(step)) ** 2;
      errorOfMean += (0.4 - rate(step)) ** 2;
    }
  }
  assert.ok(error < errorOfMean / 4, `${error} against ${errorOfMean}`);
  // All reads and two shapes at least; no key is hot enough for a fit of its own.
  assert.ok(forecast.report.fitted >= 3 && forecast.report.failed === 0);
});

test('a very hot key against the stream gets a forecast of its own', async () => {
  const random = seededRandom(2);
  // Too few keys for a second shape.
  const panel = panelOf(8, 24 * 10, (key, step) => poisson(dailyRate(4, key === 0 ? 0 : 12)(step), random));
  const shared = await forecastByArima(panel, 24, { ...seasonal, workUnits: 2 * (240 + 21) });
  const own = await forecastByArima(panel, 24, seasonal);
  assert.equal(shared.report.fitted, 2);
  assert.equal(own.report.fitted, 10);
  assert.ok(valueAt(row(own, 0), 0) > valueAt(row(shared, 0), 0) + 2);
});

test('a plain fit follows keys that rise and fall slowly, far nearer than by their mean', async () => {
  const random = seededRandom(9);
  const rate = (key: number, step: number) =>
    20 * (1 + 0.8 * Math.sin((2 * Math.PI * (step + 10 * key)) / 120));
  const panel = panelOf(12, 240, (key, step) => poisson(rate(key, step), random));
  const forecast = await forecastByArima(panel, 6, plain);
  let error = 0;
  let errorOfMean = 0;
  for (let key = 0; key < panel.keys; key++) {
    for (const [step, reads] of row(forecast, key).entries()) {
      error += (reads - rate(key, 240 + step)) ** 2;
      errorOfMean += (20 - rate(key, 240 + step)) ** 2;
    }
  }
  assert.ok(error < errorOfMean / 2, `${error} against ${errorOfMean}`);
});

test('about four in five keys come within their interval', async () => {
  const random = seededRandom(9);
  const keys = 100;
  const panel = panelOf(keys, 24 * 10, () => poisson(4, random));
  const { low, high } = await forecastByArima(panel, 6, plain);
  let held = 0;
  for (let key = 0; key < keys; key++) {
    let came = 0;
    for (let step = 0; step < 6; step++) came += poisson(4, random);
    if (came >= valueAt(low, key) && came <= valueAt(high, key)) held++;
  }
  assert.ok(held >= 65 && held <= 92, `${held} of ${keys}`);
});

for (const [what, options] of [
  ['plain', plain],
  ['seasonal', seasonal],
] as const) {
  test(`${what}: the same seed gives the same bytes`, async () => {
    const panel = dayAndNight(30, 24 * 8, 1);
    assert.deepEqual(await forecastByArima(panel, 24, options), await forecastByArima(panel, 24, options));
  });

  test(`${what}: an interruption ends the fits`, async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const going = forecastByArima(dayAndNight(200, 24 * 20, 2), 24, { ...options, signal });
    controller.abort(new Error('stop'));
    await assert.rejects(going, /stop/);
  });

  const cases: [string, Panel, number][] = [
    ['no key', panelOf(0, 200, () => 0), 24],
    ['no step', panelOf(3, 0, () => 0), 24],
    ['one key', panelOf(1, 200, (_key, step) => step % 5), 24],
    ['a constant series', panelOf(2, 200, () => 7), 24],
    ['no read at all', panelOf(3, 200, () => 0), 24],
    ['counts of a billion', panelOf(2, 200, (key, step) => (((step * 7) % 5) + key) * 1e9), 24],
    ['a series shorter than the season', panelOf(2, 20, (_key, step) => step % 3), 6],
    ['a horizon longer than the series', panelOf(2, 80, (_key, step) => step % 3), 120],
    ['one read in the last step', panelOf(2, 200, (_key, step) => (step === 199 ? 1e9 : 0)), 24],
    [
      'steps that no day is a multiple of',
      { ...panelOf(2, 300, (_key, step) => step % 3), stepMs: hourMs * 0.93 },
      24,
    ],
  ];
  for (const [name, panel, horizonSteps] of cases) {
    test(`${what}: ${name} gives forecasts in order, or none`, async () => {
      const { expected, low, high } = await forecastByArima(panel, horizonSteps, options);
      assert.equal(expected.length, panel.keys * horizonSteps);
      for (let key = 0; key < panel.keys; key++) {
        const steps = expected.subarray(key * horizonSteps, (key + 1) * horizonSteps);
        if (Number.isNaN(steps[0])) {
          assert.ok(steps.every(Number.isNaN) && Number.isNaN(low[key]) && Number.isNaN(high[key]));
          continue;
        }
        assert.ok(steps.every((reads) => reads >= 0 && Number.isFinite(reads)));
        const reads = sum(steps);
        const [from, to] = [valueAt(low, key), valueAt(high, key)];
        assert.ok(from >= 0 && from <= reads * 1.0001 && to >= reads * 0.9999 && Number.isFinite(to));
      }
    });
  }

  test(`${what}: what is constant stays so`, async () => {
    const forecast = await forecastByArima(
      panelOf(2, 200, () => 7),
      24,
      options,
    );
    for (const reads of forecast.expected) assert.ok(Math.abs(reads - 7) < 1e-3);
  });

  test(`${what}: without a budget all keys are skipped and none is fitted`, async () => {
    const { expected, report } = await forecastByArima(dayAndNight(5, 200, 1), 24, {
      ...options,
      workUnits: 0,
    });
    assert.ok(expected.every(Number.isNaN));
    assert.deepEqual(report, { fitted: 0, failed: 0, failure: undefined, workUnits: 0, skipped: 5 });
  });
}

test('the hottest keys are fitted first, as far as the budget goes', async () => {
  const { expected, report } = await forecastByArima(dayAndNight(10, 200, 1), 24, {
    ...plain,
    workUnits: 3 * 200 + 199,
  });
  for (let key = 0; key < 10; key++) assert.equal(Number.isNaN(expected[key * 24]), key >= 3);
  assert.deepEqual(
    { ...report, failed: 0 },
    {
      fitted: 3,
      failed: 0,
      failure: undefined,
      workUnits: 600,
      skipped: 7,
    },
  );
});

test('a history that shows no season says so', async () => {
  const { report } = await forecastByArima(dayAndNight(2, 60, 1), 24, seasonal);
  assert.equal(report.failure, 'the steps show neither day nor week three times');
});

test('reads that are no numbers cost their own key', async () => {
  const panel = dayAndNight(4, 200, 1);
  panel.reads[2 * 200 + 5] = Number.NaN;
  const { expected, report } = await forecastByArima(panel, 24, plain);
  assert.deepEqual(
    [0, 1, 2, 3].map((key) => Number.isNaN(expected[key * 24])),
    [false, false, true, false],
  );
  assert.equal(report.failed, 1);
  assert.equal(report.failure, 'the reads are not numbers');
});

test('a horizon of no steps is refused', async () => {
  await assert.rejects(forecastByArima(dayAndNight(2, 60, 1), 0, plain), RangeError);
});
