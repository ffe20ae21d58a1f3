import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  editsOf,
  isEdited,
  markOf,
  sameEdits,
  toggleExclusion,
  togglePin,
} from '../../../../src/core/plan/inspect/plan-edits.ts';
import { fateOf, outcomeOf } from '../../../../src/core/plan/inspect/plan-outcome.ts';
import { saidEdits } from '../../../../src/core/plan/inspect/said-edits.ts';
import { mark } from '../../../../src/core/plan/key-marks.ts';
import { readKeyPatterns } from '../../../../src/core/plan/key-patterns.ts';
import type { PlanEntry } from '../../../../src/core/plan/prefetch-plan.ts';
import { anyEntries, entry, indexOf } from './plan-examples.ts';

const wish = (patterns: string[]) => readKeyPatterns([{ patterns, folder: '.' }]);

test('a plan without edits is what its entries and its header say', async (t) => {
  const entries = [entry('a', { pinned: true }), entry('b', { sizeBytes: undefined }), entry('c')];
  const index = await indexOf(t, entries);
  const edits = editsOf(index);
  assert.equal(isEdited(index, edits), false);
  const { fates, ...sums } = outcomeOf(index, edits);
  assert.deepEqual([...fates], [1, 0, 0]);
  assert.deepEqual(sums, {
    entries: 3,
    pinned: 1,
    bytes: 200,
    unknownSizes: 1,
    expectedReads: 6,
    expectedHitRate: 0.8,
    excluded: 0,
    belowThreshold: 0,
    pastBudget: 0,
    assumedSizeBytes: undefined,
    refusal: undefined,
  });
});

test('what is left, and why the rest is not, is as the rules say, for any plan and any edits', async (t) => {
  const limits = fc.record({
    minConfidence: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    budgetKeys: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    budgetBytes: fc.option(fc.integer({ min: 1, max: 5e6 }), { nil: undefined }),
  });
  const toggles = fc.array(fc.tuple(fc.nat(24), fc.boolean()), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(anyEntries, limits, toggles, async (entries, said, pressed) => {
      const index = await indexOf(t, entries, { assumedSizeBytes: 50 });
      let edits = editsOf(index, said);
      for (const [number, isPin] of pressed)
        if (number < entries.length) edits = (isPin ? togglePin : toggleExclusion)(edits, number);
      const outcome = outcomeOf(index, edits);
      const marks = entries.map((_, number) => markOf(edits, number));
      const expected = fatesByHand(entries, marks, said);
      assert.deepEqual(
        entries.map((_, number) => fateOf(outcome, number)),
        expected,
      );
      const kept = entries.filter((_, number) => ['kept', 'pinned'].includes(expected[number] ?? ''));
      assert.equal(outcome.entries, kept.length);
      const reads = (of: PlanEntry[]) => of.reduce((sum, { expectedReads }) => sum + expectedReads, 0);
      const share = reads(entries) > 0 ? reads(kept) / reads(entries) : 0;
      assert.ok(Math.abs(outcome.expectedHitRate - 0.8 * share) < 1e-8);
    }),
    { seed: 3, numRuns: 150 },
  );
});

/** The same, as slowly and plainly as can be. */
function fatesByHand(
  entries: readonly PlanEntry[],
  marks: readonly number[],
  limits: {
    minConfidence: number | undefined;
    budgetKeys: number | undefined;
    budgetBytes: number | undefined;
  },
): string[] {
  const {
    minConfidence = 0,
    budgetKeys = Number.POSITIVE_INFINITY,
    budgetBytes = Number.POSITIVE_INFINITY,
  } = limits;
  const size = ({ sizeBytes }: PlanEntry) => sizeBytes ?? (limits.budgetBytes === undefined ? 0 : 50);
  const pins = entries.filter((_, number) => marks[number] === mark.pinned);
  let keys = pins.length;
  let bytes = pins.reduce((sum, pin) => sum + size(pin), 0);
  return entries.map((one, number) => {
    if (marks[number] === mark.pinned) return 'pinned';
    if (marks[number] === mark.excluded) return 'excluded';
    if (one.confidence < minConfidence) return 'below-threshold';
    if (keys + 1 > budgetKeys || bytes + size(one) > budgetBytes) return 'past-budget';
    keys++;
    bytes += size(one);
    return 'kept';
  });
}

test('under a budget in bytes what does not fit is passed over, and rows of unknown size count as the mean', async (t) => {
  const sizes = [100, 900, undefined, 100];
  const index = await indexOf(
    t,
    sizes.map((sizeBytes, i) => entry(`k${i}`, { sizeBytes })),
  );
  const outcome = outcomeOf(index, editsOf(index, { budgetBytes: 567 }));
  assert.deepEqual([...outcome.fates], [0, 4, 0, 0]);
  assert.equal(outcome.assumedSizeBytes, 367);
});

test('pins that alone are more than the budget are refused, and no plan comes of them', async (t) => {
  const index = await indexOf(t, [entry('a', { pinned: true }), entry('b', { pinned: true })]);
  const { refusal } = outcomeOf(index, editsOf(index, { budgetKeys: 1 }));
  assert.equal(refusal?.code, 'pins-over-budget');
});

test('patterns pin and exclude, exclusion wins, and a pinned key that the plan does not have is added', async (t) => {
  const index = await indexOf(t, [entry('user:1'), entry('user:2'), entry(42), entry('session:1')]);
  const edits = await saidEdits(
    index,
    { pin: wish(['user:*', 'new', '42', 'session:1']), exclude: wish(['session:*', 'user:2']) },
    {},
  );
  assert.deepEqual([...outcomeOf(index, edits).fates], [1, 2, 1, 2]);
  assert.deepEqual(edits.added, ['new']);
  assert.equal(outcomeOf(index, edits).entries, 3);
  assert.equal(isEdited(index, edits), true);
});

test('a pin and an exclusion are taken back by the same key, to what the plan says itself', async (t) => {
  const index = await indexOf(t, [entry('a', { pinned: true }), entry('b')]);
  const edits = editsOf(index);
  for (const change of [togglePin, toggleExclusion]) {
    for (const number of [0, 1]) {
      const once = change(edits, number);
      assert.equal(sameEdits(once, edits), false);
      assert.equal(sameEdits(change(once, number), edits), true);
    }
  }
  assert.equal(markOf(toggleExclusion(toggleExclusion(edits, 0), 0), 0), mark.pinned);
});
