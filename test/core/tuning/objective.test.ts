import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usualPrices } from '../../../src/core/group/prices.ts';
import { confirmBack, confirmStep, leastGain } from '../../../src/core/tuning/confirm.ts';
import { worthOf } from '../../../src/core/tuning/objective.ts';
import { numberRanges, stepFrom, stepsFrom } from '../../../src/core/tuning/parameter-ranges.ts';
import { windowsBefore } from '../../../src/core/tuning/trial-windows.ts';

const outcome = {
  ...{ reads: 1000, hits: 700, servedEarly: 300 },
  ...{ unreadBytes: 40e6, twiceBytes: 10e6, readAheadBytes: 100e6, syncDelaySeconds: 50 },
};

test('a plan is worth the reads that it served early, less what was spent on it, at the prices', () => {
  const worth = worthOf(outcome, { ...usualPrices, syncSecond: 0.2 });
  assert.deepEqual(worth, { served: 300, unread: 20, twice: 10, readAhead: 10, sync: 10, value: 250 });
  assert.equal(worthOf(outcome, { ...usualPrices, servedRead: 0 }).value, -40);
});

test('a step is adopted where it is worth clearly more than none, as two windows beside the run show', () => {
  assert.equal(confirmStep({ own: 0.02, before: [0.02, 0.02, 0] }).isAdopted, true);
  assert.equal(confirmStep({ own: 0.02, before: [0.02, 0, 0] }).isAdopted, false, 'one window');
  assert.equal(confirmStep({ own: 0.02, before: [-0.03, -0.03, -0.03] }).isAdopted, false);
  assert.equal(confirmStep({ own: 0.02, before: [0.05, -0.04, 0.01] }).isAdopted, false, 'windows disagree');
  assert.equal(confirmStep({ own: leastGain, before: [leastGain] }).isAdopted, true);
  assert.equal(confirmStep({ own: 0, before: [0, 0, 0] }).isAdopted, false);
  assert.equal(confirmStep({ own: 0.02, before: [0, 0, 0] }).isAdopted, false, 'the run alone');
  const { gain, noise } = confirmStep({ own: 0.04, before: [0.01, 0.03] });
  assert.ok(Math.abs(gain - 0.03) < 1e-12);
  assert.ok(Math.abs(noise - Math.sqrt((0.0014 / 3 / 2) * 1.5) / 2) < 1e-12);
});

test('a step is taken back by less than it takes to make one, but not for nothing', () => {
  assert.equal(confirmBack({ own: 0.02, before: [0, 0, 0] }).isAdopted, true);
  assert.equal(confirmBack({ own: 0.02, before: [0, 0, -0.02] }).isAdopted, false);
  assert.equal(confirmBack({ own: leastGain / 2, before: [leastGain / 2] }).isAdopted, false);
});

test('a step is small and stays within bounds, off the noise of adding', () => {
  assert.deepEqual(stepsFrom('minConfidence', 0.35), [0.3, 0.4]);
  assert.deepEqual(stepsFrom('minConfidence', 0.95), [0.9]);
  assert.deepEqual(stepsFrom('decayWeight', 0), [0.5]);
  assert.deepEqual(stepsFrom('budgetKeys', 1000), [800, 1250]);
  assert.deepEqual(stepsFrom('order', 'reads'), ['reads-per-byte', 'early-value']);
  for (const [name, { least, most }] of Object.entries(numberRanges)) {
    assert.equal(stepFrom(name as keyof typeof numberRanges, least, 'down'), undefined);
    assert.equal(stepFrom(name as keyof typeof numberRanges, most, 'up'), undefined);
  }
});

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

test('windows before a run are at its time of day, and none reaches into the run', () => {
  const startMs = 20 * dayMs;
  const own = { originMs: startMs - hourMs, startMs, untilMs: startMs + 6 * hourMs };
  const windows = windowsBefore(own, { spanMs: 6 * hourMs, firstMs: 0 });
  assert.deepEqual(
    windows.map((window) => (startMs - window.startMs) / dayMs),
    [1, 2, 3],
  );
  for (const { originMs, startMs: began, untilMs } of windows) {
    assert.equal(began - originMs, hourMs);
    assert.ok(untilMs <= own.originMs);
  }
});

test('a short history has fewer windows, nearer to each other, or none', () => {
  const startMs = 10 * hourMs;
  const own = { originMs: startMs, startMs, untilMs: startMs + hourMs };
  const back = (spanMs: number) =>
    windowsBefore(own, { spanMs, firstMs: 0 }).map((window) => (startMs - window.startMs) / hourMs);
  assert.deepEqual(back(hourMs).map(Math.round), [2, 3, 5]);
  assert.deepEqual(back(4 * hourMs), [5]);
  assert.deepEqual(back(6 * hourMs), []);
});
