import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidatesOf, isLearned } from '../../../../src/core/forecast/backtest/candidates.ts';
import type { Learned } from '../../../../src/core/forecast/learned/learn.ts';
import { middleDecay } from '../../../../src/core/forecast/models.ts';

const weights = (tuned?: number) =>
  candidatesOf({} as Learned, middleDecay, 0, tuned).flatMap((one) =>
    isLearned(one) ? [one.decayWeight] : [],
  );

test('a tuned weight of the decayed count rules out all others beside the forests, and no rule', () => {
  assert.deepEqual(weights(), [0, 0.5, 1, 2]);
  assert.deepEqual(weights(1.5), [1.5]);
  const rules = (tuned?: number) =>
    candidatesOf({} as Learned, middleDecay, 0, tuned).filter((one) => !isLearned(one)).length;
  assert.equal(rules(1.5), rules());
  assert.deepEqual(candidatesOf(undefined, middleDecay, 0, 1.5).filter(isLearned), []);
});
