import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ForecastOptions, forecast } from '../../../src/core/forecast/forecast.ts';
import type { ForecastProgress } from '../../../src/core/forecast/progress.ts';
import { assertSensible, byKey } from './key-forecasts.ts';
import { memoryHistory, type TestEvent } from './memory-history.ts';
import { dayMs, hourMs, steady, timeBudget } from './steady-traffic.ts';

const options: ForecastOptions = { horizonMs: dayMs, model: 'auto', seed: 7, timeBudget };

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
  assert.deepEqual(seeing.store.names, blind.store.names);
  assert.deepEqual(seeing.expectedReads, blind.expectedReads);
  assert.deepEqual(seeing.confidence, blind.confidence);
});

test('the same history and seed give the same forecast, another seed another', async () => {
  const events = steady(
    Array.from({ length: 60 }, (_, i) => 8 / (i + 1)),
    30,
  );
  const learned = { ...options, model: 'learned' } as const;
  const [first, second, other] = [
    await forecast(memoryHistory(events), learned),
    await forecast(memoryHistory(events), learned),
    await forecast(memoryHistory(events), { ...learned, seed: 8, timeBudget }),
  ];
  assert.equal(first.report.chosen.model, 'learned');
  for (const figure of ['expectedReads', 'confidence', 'expectedWrites', 'firstReadMoves'] as const)
    assert.deepEqual(second[figure], first[figure]);
  assert.notDeepEqual(other.expectedReads, first.expectedReads);
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

test('a history that grows while it is read is taken as it comes', async () => {
  const history = memoryHistory(steady([3, 2, 1], 30));
  const result = await forecast({ ...history, summary: () => ({ ...history.summary(), keys: 0 }) }, options);
  assert.equal(result.store.keys, 3);
  assertSensible(result);
});

test('progress rises within each step, one step after the other', async () => {
  const told: ForecastProgress[] = [];
  const history = memoryHistory(steady([9, 6, 3], 40));
  await forecast(history, { ...options, model: 'learned', onProgress: (progress) => told.push(progress) });
  const steps = [...new Set(told.map(({ step }) => step))];
  assert.deepEqual(steps, ['keys', 'features', 'learn', 'predict']);
  assert.deepEqual(
    told.map(({ step }) => steps.indexOf(step)),
    told.map(({ step }) => steps.indexOf(step)).sort(),
  );
  for (const step of steps) {
    const within = told.filter((progress) => progress.step === step);
    assert.ok(within.every(({ done, all }, i) => done <= all && done >= (within[i - 1]?.done ?? 0)));
    assert.equal(within.at(-1)?.done, within.at(-1)?.all);
  }
});

test('an interruption ends the pass', async () => {
  const many = memoryHistory(Array.from({ length: 20_000 }, (_, i) => ({ timeMs: i * 1000, key: `k${i}` })));
  await assert.rejects(forecast(many, { ...options, signal: AbortSignal.abort(new Error('stop')) }), /stop/);
});
