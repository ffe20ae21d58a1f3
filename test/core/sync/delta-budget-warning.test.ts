import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeltaBudget } from '../../../src/core/sync/delta-budget.ts';
import type { RunFact } from '../../../src/core/sync/events.ts';
import type { Donor } from '../../../src/core/sync/run.ts';

/** A budget of 100,000 keys, in a time of the test's own. Nothing is asked of the lead here. */
function budgetOf() {
  const facts: RunFact[] = [];
  let nowMs = 0;
  const lead = { name: 'east' } as Donor;
  const budget = new DeltaBudget(lead, 100_000, {
    emit: (fact) => void facts.push(fact),
    clock: { nowMs: () => nowMs },
  });
  const after = (ms: number, keys: number, share: number) => {
    nowMs += ms;
    budget.saw(keys);
    budget.progress(share);
  };
  const notes = () => facts.flatMap((fact) => (fact.type === 'note' ? [`${fact.level}: ${fact.text}`] : []));
  return { budget, facts, after, notes };
}

test('it is told once where the log will be full before the snapshot is done', () => {
  const { after, notes, facts } = budgetOf();
  for (let second = 0; second <= 20; second++) after(1000, second * 1000, second / 200);
  assert.equal(notes().length, 1);
  const words =
    /^warning: The Delta Log grows by 1000 keys\/s: its budget of 100000 keys is full in (\d+) s, and the snapshot needs (\d+) (s|min)\.$/;
  assert.match(notes()[0] ?? '', words);
  assert.deepEqual(facts.at(-1), { type: 'delta-log', keys: 20_000, budgetKeys: 100_000 });
});

test('a log that has room until then is not spoken of', () => {
  const { after, notes } = budgetOf();
  for (let second = 0; second <= 20; second++) after(1000, second * 1000, second / 30);
  assert.deepEqual(notes(), []);
});

test('from half the budget on, changes and chunks take turns; from nine tenths on, changes alone go', () => {
  const { budget, notes } = budgetOf();
  const turns = (keys: number) => {
    budget.saw(keys);
    return [1, 2, 3, 4].map(() => budget.next()).join(' ');
  };
  assert.equal(turns(49_999), 'chunk chunk chunk chunk');
  assert.equal(turns(50_000), 'round chunk round chunk');
  assert.equal(turns(90_000), 'round round round round');
  assert.equal(turns(10), 'chunk chunk chunk chunk');
  assert.deepEqual(notes(), ['info: Half the budget of the Delta Log is full: changes go between chunks.']);
});
