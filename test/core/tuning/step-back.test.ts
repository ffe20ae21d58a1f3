import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParameterChange, StepKind } from '../../../src/core/state/parameter-steps.ts';
import { beforeLastStep } from '../../../src/core/tuning/step-back.ts';

type Move = [kind: StepKind, old: number | undefined, value: number | undefined, wasDefault?: boolean];

/** Of the horizon, given the oldest first. */
function before(...moves: Move[]) {
  const changes = moves.map(
    ([kind, old, value, wasDefault = false], id): ParameterChange => ({
      ...{ id, group: 'shop', name: 'horizonMs', kind, old, new: value, wasDefault },
      ...{ reason: '', runId: 'run', undoes: undefined, changedMs: id },
    }),
  );
  return beforeLastStep(changes.toReversed(), 'horizonMs');
}

test('the last step that runs made leads back to where it came from, the default where that held', () => {
  assert.equal(before(), undefined);
  assert.equal(before(['tuned', 24, 30, true]), 'default');
  assert.equal(before(['tuned', 24, 30, true], ['tuned', 30, 38]), 30);
  assert.equal(before(['set', 24, 30], ['tuned', 30, 38], ['refused', 38, 47], ['frozen', 38, 38]), 30);
});

test('a step that was taken back is not gone back to again: the one before it is the last', () => {
  assert.equal(before(['tuned', 24, 30, true], ['tuned', 30, 38], ['tuned', 38, 30]), 'default');
  assert.equal(before(['tuned', 24, 30, true], ['tuned', 30, 24]), undefined);
  assert.equal(before(['tuned', 24, 30, true], ['tuned', 30, undefined]), undefined);
});

test('what an operator set or took back since is where it stands, and no step of runs', () => {
  assert.equal(before(['tuned', 24, 30, true], ['set', 30, 48]), undefined);
  assert.equal(before(['tuned', 24, 30, true], ['undone', 30, undefined]), undefined);
});
