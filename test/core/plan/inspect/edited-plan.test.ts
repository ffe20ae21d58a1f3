import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { editedPlan } from '../../../../src/core/plan/inspect/edited-plan.ts';
import {
  editsOf,
  type PlanEdits,
  toggleExclusion,
  togglePin,
} from '../../../../src/core/plan/inspect/plan-edits.ts';
import type { PlanIndex } from '../../../../src/core/plan/inspect/plan-index.ts';
import { outcomeOf } from '../../../../src/core/plan/inspect/plan-outcome.ts';
import type { PlanEntry } from '../../../../src/core/plan/prefetch-plan.ts';
import { readPlan } from '../../../../src/core/plan/read-plan.ts';
import { writePlan } from '../../../../src/core/plan/write-plan.ts';
import { temporaryFolder } from '../../../support/tables.ts';
import { entry, indexOf } from './plan-examples.ts';

const nowMs = Date.parse('2026-01-31T12:00:00.000Z');

async function saved(t: TestContext, index: PlanIndex, edits: PlanEdits) {
  const file = path.join(temporaryFolder(t), 'edited.jsonl');
  await writePlan(file, editedPlan(index, edits, outcomeOf(index, edits), nowMs));
  const { header, entries } = await readPlan(file);
  const all: PlanEntry[] = [];
  for await (const one of entries()) all.push(one);
  return { header, all };
}

const four = [
  entry('a', { expectedReads: 4, confidence: 0.9 }),
  entry({ int: '9007199254740993' }, { expectedReads: 3, confidence: 0.8 }),
  entry(['c', 1], { expectedReads: 2, confidence: 0.7 }),
  entry('d', { expectedReads: 1, confidence: 0.6 }),
];

test('pinned entries come first, excluded ones and those below the threshold are gone, and the header says all of it', async (t) => {
  const index = await indexOf(t, four, { group: 'shop', table: 'items', minConfidence: 0.5, seed: 7 });
  const edits = toggleExclusion(togglePin(editsOf(index, { minConfidence: 0.75 }), 3), 1);
  const { header, all } = await saved(t, index, { ...edits, added: ['new'] });
  assert.deepEqual(
    all.map(({ key, pinned }) => [key, pinned]),
    [
      ['d', true],
      ['new', true],
      ['a', undefined],
    ],
  );
  assert.deepEqual(all[2], four[0]);
  assert.deepEqual(header, {
    ...index.header,
    minConfidence: 0.75,
    entries: 3,
    expectedHitRate: 0.4,
    expectedReads: 5,
    pinned: 2,
    excluded: 1,
    edits: [
      {
        at: '2026-01-31T12:00:00.000Z',
        from: { entries: 4, expectedHitRate: 0.8, minConfidence: 0.5 },
        excluded: 1,
        belowThreshold: 1,
        pastBudget: 0,
        added: 1,
      },
    ],
  });
});

test('a plan that is edited again tells both times, and counts what was excluded in all', async (t) => {
  const index = await indexOf(t, four, { excluded: 5, edits: [{ at: 'before' }] });
  const { header } = await saved(t, index, toggleExclusion(editsOf(index, { budgetKeys: 2 }), 0));
  assert.equal(header.excluded, 6);
  assert.equal(header.budgetKeys, 2);
  assert.deepEqual(
    (header.edits as { at: string }[]).map(({ at }) => at),
    ['before', '2026-01-31T12:00:00.000Z'],
  );
});

test('an entry whose pin is taken away is kept like others, and left out where it is not sure enough', async (t) => {
  const pinned = four.map((one) => ({ ...one, pinned: true }));
  const index = await indexOf(t, pinned, { minConfidence: 0.65 });
  const edits = togglePin(togglePin(editsOf(index), 0), 3);
  const { all, header } = await saved(t, index, edits);
  assert.deepEqual(
    all.map(({ key, pinned }) => [key, pinned === true]),
    [
      [{ int: '9007199254740993' }, true],
      [['c', 1], true],
      ['a', false],
    ],
  );
  assert.equal(header.minConfidence, 0.65);
});

test('figures of a header that make no sense are no defect', async (t) => {
  const index = await indexOf(t, four, {
    excluded: 'many',
    edits: 'some',
    horizonMs: 1e300,
    assumedSizeBytes: -1,
  });
  const { header, all } = await saved(t, index, { ...editsOf(index, { budgetBytes: 250 }), added: ['new'] });
  assert.equal((header.edits as unknown[]).length, 1);
  assert.equal(all.length, 2);
});

test('pins over the budget are thrown, not written', async (t) => {
  const index = await indexOf(t, [entry('a', { pinned: true, sizeBytes: 500 })]);
  const edits = editsOf(index, { budgetBytes: 100 });
  assert.throws(() => editedPlan(index, edits, outcomeOf(index, edits), nowMs), { code: 'pins-over-budget' });
});
