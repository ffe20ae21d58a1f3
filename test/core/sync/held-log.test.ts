import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeldCapture } from '../../../src/core/sync/capture-lease.ts';
import type { RunFact } from '../../../src/core/sync/events.ts';
import { HeldLog } from '../../../src/core/sync/held-log.ts';
import type { Donor } from '../../../src/core/sync/run.ts';

/** What is told of a log of 100,000 keys at most that holds so many after ten seconds, and is to be kept for an hour. */
async function toldOf(keys: number): Promise<{ facts: RunFact[]; notes: string[] }> {
  const facts: RunFact[] = [];
  let nowMs = 0;
  const sink = { emit: (fact: RunFact) => void facts.push(fact), clock: { nowMs: () => nowMs } };
  const log = new HeldLog({ keys: 0, budgetKeys: 100_000 } as HeldCapture, sink);
  nowMs += 10_000;
  const lead = { agent: { call: async () => ({ result: { keys } }) } } as unknown as Donor;
  await log.judge(lead, 3_600_000);
  return { facts, notes: facts.flatMap((fact) => (fact.type === 'note' ? [fact.text] : [])) };
}

test('a log that will be full before its time is warned of, with what helps', async () => {
  const { notes, facts } = await toldOf(1000);
  assert.deepEqual(notes, [
    'The Delta Log grows by 100 keys/s: its budget of 100000 keys is full in 17 min. Add the replica before, or give a larger --delta-budget.',
  ]);
  assert.deepEqual(
    facts.filter(({ type }) => type === 'delta-log'),
    [0, 1000].map((keys) => ({ type: 'delta-log', keys, budgetKeys: 100_000 })),
  );
});

test('a log with room for its time, or that nobody writes to, is not', async () => {
  for (const keys of [0, 200]) assert.deepEqual((await toldOf(keys)).notes, [], `${keys}`);
});
