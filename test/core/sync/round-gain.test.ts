import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoundGain } from '../../../src/core/sync/delta-rounds.ts';
import type { RunFact } from '../../../src/core/sync/events.ts';

function gain(): { gain: RoundGain; notes: string[] } {
  const notes: string[] = [];
  const emit = (fact: RunFact) => void (fact.type === 'note' && notes.push(`${fact.level}: ${fact.text}`));
  return { gain: new RoundGain('east\u001b', emit), notes };
}

test('rounds that make the backlog smaller, however slowly, are not spoken of', () => {
  const { gain: rounds, notes } = gain();
  for (let round = 0; round < 500; round++) rounds.after(10_000 - Math.floor(round / 19));
  assert.deepEqual(notes, []);
});

test('rounds that do not are told once on the way, and end the run, resumable', () => {
  const { gain: rounds, notes } = gain();
  rounds.after(7000);
  for (let round = 1; round < 20; round++) rounds.after(7000 + round);
  assert.deepEqual(notes, []);
  rounds.after(8000);
  assert.deepEqual(notes, [
    'warning: The backlog does not get smaller: 8000 changed keys wait after 20 more rounds.',
  ]);
  for (let round = 21; round < 100; round++) rounds.after(8000);
  assert.equal(notes.length, 1);
  assert.throws(() => rounds.after(8000), {
    kind: 'stopped',
    code: 'delta-outpaced',
    message: /^Writers at east\\u001b are faster than the joiner: 8000 changed keys wait/,
  });
});
