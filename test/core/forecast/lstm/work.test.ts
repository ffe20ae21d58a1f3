import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planWork } from '../../../../src/core/forecast/lstm/work.ts';

test('no plan costs more than its budget, and more budget never means fewer keys', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 48, max: 400 }),
      fc.integer({ min: 1, max: 36 }),
      fc.integer({ min: 0, max: 5000 }),
      (keys, steps, horizonSteps, workUnits) => {
        const plan = planWork(keys, steps, horizonSteps, workUnits);
        assert.ok(plan.workUnits <= workUnits);
        assert.equal(plan.keys > 0, plan.updates > 0);
        assert.ok(plan.keys <= planWork(keys, steps, horizonSteps, workUnits * 1.5).keys);
        assert.ok(plan.window + horizonSteps <= steps && plan.warmUp < plan.window);
      },
    ),
    { seed: 21 },
  );
});

test('a large budget buys the larger network', () => {
  assert.ok(planWork(200, 400, 24, 5000).shape.hidden > planWork(200, 400, 24, 150).shape.hidden);
  assert.equal(planWork(200, 400, 24, 5000).updates, planWork(200, 400, 24, 50_000).updates);
});
