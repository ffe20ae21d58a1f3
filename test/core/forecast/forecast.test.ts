import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Forecast, type ForecastOptions, forecast } from '../../../src/core/forecast/forecast.ts';
import { keyForecast } from '../../../src/core/forecast/key-forecast.ts';
import type { ForecastProgress } from '../../../src/core/forecast/progress.ts';
import { memoryHistory, type TestEvent } from './memory-history.ts';
import { poisson, seededRandom } from './random.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const options: ForecastOptions = { horizonMs: dayMs, model: 'auto', arimaKeys: 20 };

function byKey(result: Forecast) {
  return new Map(result.keys.map((key, index) => [key, keyForecast(result, index)]));
}

function assertSensible(result: Forecast): void {
  for (const [key, entry] of byKey(result)) {
    assert.ok(entry.confidence > 0 && entry.confidence < 1, `${key}: ${entry.confidence}`);
    assert.ok(
      entry.expectedReads >= 0 && Number.isFinite(entry.expectedReads),
      `${key}: ${entry.expectedReads}`,
    );
    assert.ok(entry.expectedWrites >= 0 && Number.isFinite(entry.expectedWrites));
    const after = entry.expectedAtMs - result.originMs;
    assert.ok(after >= 0 && after <= result.horizonMs, `${key}: ${after}`);
  }
}

/** Days of reads at steady rates: key kI is read `rates[I]` times a day in the mean. */
function steady(rates: number[], days: number, seed = 1): TestEvent[] {
  const random = seededRandom(seed);
  const events: TestEvent[] = [];
  for (let day = 0; day < days; day++) {
    for (const [i, rate] of rates.entries()) {
      for (let n = poisson(rate, random); n > 0; n--)
        events.push({ timeMs: (day + random()) * dayMs, key: `k${i}` });
    }
  }
  return events.sort((a, b) => a.timeMs - b.timeMs);
}

test('keys at steady rates get their rate and its probability', async () => {
  const rates = Array.from({ length: 200 }, (_, i) => 12 * 0.97 ** i);
  const result = await forecast(memoryHistory(steady(rates, 40)), options);
  assertSensible(result);
  assert.equal(result.report.calibration, 'isotonic');
  const found = byKey(result);
  for (const i of [0, 10, 30, 60, 100]) {
    const rate = rates[i] ?? 0;
    const entry = found.get(`k${i}`);
    assert.ok(
      Math.abs((entry?.expectedReads ?? 0) / rate - 1) < 0.35,
      `k${i}: ${entry?.expectedReads} of ${rate}`,
    );
    assert.ok(
      Math.abs((entry?.confidence ?? 0) - (1 - Math.exp(-rate))) < 0.15,
      `k${i}: ${entry?.confidence}`,
    );
  }
  const total = result.expectedReads.reduce((sum, reads) => sum + reads, 0);
  assert.ok(Math.abs(total / rates.reduce((sum, rate) => sum + rate, 0) - 1) < 0.1);
});

test('writes, sizes and donors are told', async () => {
  const events: TestEvent[] = [];
  for (let hour = 0; hour < 480; hour++) {
    events.push({ timeMs: hour * hourMs, key: 'a', op: 'write', replica: 'x', size: 10 });
    events.push({ timeMs: hour * hourMs, key: 'a', replica: hour % 3 ? 'y' : 'x' });
    events.push({ timeMs: hour * hourMs, key: 'b', replica: hour % 2 ? 'y' : 'x' });
  }
  const found = byKey(await forecast(memoryHistory(events), { ...options, leadReplica: 'y' }));
  assert.ok(Math.abs((found.get('a')?.expectedWrites ?? 0) - 24) < 2, `${found.get('a')?.expectedWrites}`);
  assert.equal(found.get('a')?.sizeBytes, 10);
  assert.equal(found.get('a')?.donor, 1);
  assert.equal(found.get('b')?.sizeBytes, undefined);
  assert.equal(found.get('b')?.donor, 1, 'a tie goes to the lead');
});

test('nothing after the origin is seen', async () => {
  const events = steady([5, 3, 1, 0.5], 30);
  const originMs = 20 * dayMs;
  const past = events.filter(({ timeMs }) => timeMs < originMs);
  const future = events
    .filter(({ timeMs }) => timeMs > originMs)
    .map((event, i) => ({ ...event, key: i % 2 ? 'k3' : `new${i}` }));
  const soon = ['k0', 'new'].map((key) => ({ timeMs: originMs + 1, key }));
  const blind = await forecast(memoryHistory(past), { ...options, originMs });
  const seeing = await forecast(memoryHistory([...past, ...soon, ...future]), { ...options, originMs });
  assert.deepEqual(seeing.keys, blind.keys);
  assert.deepEqual(seeing.expectedReads, blind.expectedReads);
  assert.deepEqual(seeing.confidence, blind.confidence);
});

test('the same history gives the same forecast', async () => {
  const events = steady([20, 15, 10, 5, 1], 30);
  const [first, second] = [
    await forecast(memoryHistory(events), options),
    await forecast(memoryHistory(events), options),
  ];
  assert.ok(first.report.arima.tried > 0);
  assert.deepEqual(second.expectedReads, first.expectedReads);
  assert.deepEqual(second.confidence, first.confidence);
  assert.deepEqual(second.byArima, first.byArima);
});

test('an empty history is refused with what to do', async () => {
  await assert.rejects(forecast(memoryHistory([]), options), {
    code: 'history-empty',
    kind: 'data',
    hint: /analyze/,
  });
});

test('an origin before the history is refused', async () => {
  const history = memoryHistory([{ timeMs: dayMs, key: 'a' }]);
  await assert.rejects(forecast(history, { ...options, originMs: dayMs - 1 }), {
    code: 'origin-before-history',
    kind: 'data',
  });
});

const odd: [what: string, events: TestEvent[], changes?: Partial<ForecastOptions>][] = [
  ['one event', [{ timeMs: 5 * dayMs, key: 'a' }]],
  ['one write', [{ timeMs: 5 * dayMs, key: 'a', op: 'write' }]],
  ['one key', Array.from({ length: 500 }, (_, i) => ({ timeMs: i * hourMs, key: 'a' }))],
  ['all at one time', Array.from({ length: 500 }, (_, i) => ({ timeMs: dayMs, key: `k${i % 50}` }))],
  [
    'all writes',
    Array.from({ length: 900 }, (_, i) => ({ timeMs: i * hourMs, key: `k${i % 9}`, op: 'write' as const })),
  ],
  ['a horizon longer than the history', steady([3, 2, 1], 3), { horizonMs: 100 * dayMs }],
  ['a horizon shorter than a bucket', steady([30, 20, 1], 10), { horizonMs: 10 * 60_000 }],
  ['an origin years after the end', steady([3, 2, 1], 20), { originMs: 3000 * dayMs }],
  [
    'times before 1970',
    steady([3, 2, 1], 20).map((event) => ({ ...event, timeMs: event.timeMs - 100 * dayMs })),
  ],
  [
    'a gap of a year',
    [
      ...steady([3, 2, 1], 10),
      ...steady([3, 2, 1], 10).map((e) => ({ ...e, timeMs: e.timeMs + 365 * dayMs })),
    ],
  ],
];
for (const [what, events, changes] of odd) {
  test(`${what}: every figure is sensible`, async () => {
    for (const model of ['auto', 'arima'] as const) {
      const result = await forecast(memoryHistory(events), { ...options, ...changes, model });
      assert.ok(result.keys.length > 0);
      assertSensible(result);
    }
  });
}

test('counts of a billion in a bucket stay finite', async () => {
  const history = memoryHistory(steady([3, 2, 1], 30));
  const huge = {
    ...history,
    *series() {
      for (const s of history.series()) yield { ...s, reads: s.reads.map((n) => n * 1e9) };
    },
  };
  assertSensible(await forecast(huge, options));
});

test('a history that grows while it is read is taken as it comes', async () => {
  const history = memoryHistory(steady([3, 2, 1], 30));
  const result = await forecast({ ...history, summary: () => ({ ...history.summary(), keys: 0 }) }, options);
  assert.equal(result.keys.length, 3);
  assertSensible(result);
});

test('progress rises to all keys, then to all hot keys', async () => {
  const told: ForecastProgress[] = [];
  const history = memoryHistory(steady([9, 6, 3], 40));
  await forecast(history, { ...options, onProgress: (progress) => told.push(progress) });
  const arima = told.filter(({ step }) => step === 'arima');
  assert.deepEqual(
    arima.map(({ done, all }) => [done, all]),
    [1, 2, 3].map((done) => [done, 3]),
  );
  assert.deepEqual(told.slice(0, -3), [
    { step: 'keys', done: 0, all: 3 },
    { step: 'keys', done: 3, all: 3 },
  ]);
});

test('an interruption ends the pass', async () => {
  const many = memoryHistory(Array.from({ length: 20_000 }, (_, i) => ({ timeMs: i * 1000, key: `k${i}` })));
  await assert.rejects(forecast(many, { ...options, signal: AbortSignal.abort(new Error('stop')) }), /stop/);
});
