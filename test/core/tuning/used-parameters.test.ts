import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunFigures } from '../../../src/core/metrics/run-figures.ts';
import type { PlanHeader } from '../../../src/core/plan/prefetch-plan.ts';
import { bearingOf, sizedForOf, usedParameters } from '../../../src/core/tuning/used-parameters.ts';

const header: PlanHeader = {
  ...{ kind: 'foresync.plan', version: 1, origin: '2026-01-05T00:00:00Z', horizonMs: 1000, model: 'auto' },
  ...{ minConfidence: 0, entries: 1, expectedHitRate: 0.5, expectedReads: 1 },
};
const figures = { plan: { minConfidence: 0, horizonMs: 1000 } } as RunFigures;
const standing = {
  ...{ name: 'minConfidence' as const, value: undefined, origin: 'default' as const },
  ...{ isFrozen: false, sinceMs: 0 },
};

test('a plan that was sized for its table had no threshold, and says nothing of one', () => {
  const sized = { ...header, sizedFor: { rows: 4000, from: 'run' } };
  const used = usedParameters({ figures, cameTrue: undefined }, { header: sized, request: undefined });
  assert.equal(used.minConfidence, undefined);
  assert.match(bearingOf(standing, used, 1).why ?? '', /sized for its table by '--min-confidence auto'/);
  assert.deepEqual([sizedForOf(sized), sizedForOf(header)], [{ rows: 4000, from: 'run' }, undefined]);
});

test('a plan with a threshold speaks of it', () => {
  const withThreshold = { plan: { minConfidence: 0.5, horizonMs: 1000 } } as RunFigures;
  const used = usedParameters(
    { figures: withThreshold, cameTrue: undefined },
    { header, request: undefined },
  );
  assert.deepEqual(bearingOf(standing, used, 1), { used: 0.5 });
});
