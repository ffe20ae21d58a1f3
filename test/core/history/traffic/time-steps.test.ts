import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  accessesOn,
  coarserSteps,
  maxSteps,
  stepsOver,
} from '../../../../src/core/history/traffic/time-steps.ts';
import { dayMs, everyMinute, hourMs, minuteMs, mondayMs, replicaOf } from './traffic-example.ts';

test('steps are as fine as the history is short, and begin at round times', () => {
  const stepOf = (spanMs: number) => stepsOver(mondayMs + 1, mondayMs + spanMs - 1, minuteMs).stepMs;
  assert.equal(stepOf(10 * hourMs), minuteMs);
  assert.equal(stepOf(dayMs), 5 * minuteMs);
  assert.equal(stepOf(7 * dayMs), hourMs);
  assert.equal(stepOf(42 * dayMs), hourMs);
  assert.equal(stepOf(43 * dayMs), 3 * hourMs);
  assert.equal(stepOf(365 * dayMs), dayMs);
  assert.equal(stepOf(1100 * dayMs), 7 * dayMs);
  const weeks = stepsOver(mondayMs + 3 * dayMs, mondayMs + 1100 * dayMs, minuteMs);
  assert.equal(weeks.fromMs, mondayMs);
});

test('no step is finer than a bucket', () => {
  assert.equal(stepsOver(mondayMs, mondayMs + hourMs, hourMs).stepMs, hourMs);
});

test('steps hold both ends and are bounded, whatever the history', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 9e12 }), (firstMs, spanMs) => {
      const { fromMs, stepMs, count } = stepsOver(firstMs, firstMs + spanMs, minuteMs);
      assert.ok(fromMs <= firstMs && firstMs + spanMs < fromMs + count * stepMs);
      assert.ok(count <= maxSteps && firstMs - fromMs < stepMs);
    }),
    { seed: 7 },
  );
});

test('coarser steps are a whole number of steps', () => {
  const steps = { fromMs: 0, stepMs: hourMs, count: 100 };
  assert.deepEqual(coarserSteps(steps, 48), { fromMs: 0, stepMs: 3 * hourMs, count: 34 });
  assert.deepEqual(coarserSteps(steps, 100), steps);
});

test('accesses fall into the step that their bucket begins in; what lies outside is left out', () => {
  const reads = everyMinute(180, () => 1);
  const { perBucket } = replicaOf('r', mondayMs, reads, [5]);
  const steps = { fromMs: mondayMs, stepMs: hourMs, count: 2 };
  assert.deepEqual(accessesOn(steps, minuteMs, perBucket), [65, 60]);
});
