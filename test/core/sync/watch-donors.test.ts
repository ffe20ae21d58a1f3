import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunFact } from '../../../src/core/sync/events.ts';
import { watchDonors } from '../../../src/core/sync/watch-donors.ts';

/** Watches for so many seconds; `during` may change what is watched before each of them. */
async function watched(seconds: number, during: (second: number) => { isPaused: boolean; keys: number }) {
  const facts: RunFact[] = [];
  const over = new AbortController();
  const pace = { isPaused: false };
  const agent = { answerMs: undefined as number | undefined };
  let keys = 0;
  let asked = 0;
  let second = 0;
  await watchDonors({
    donors: [{ name: 'east', agent }],
    readLog: async () => {
      asked++;
      return { keys, budgetKeys: 1000 };
    },
    pace,
    emit: (fact) => facts.push(fact),
    wait: async () => {
      const now = during(second);
      pace.isPaused = now.isPaused;
      keys = now.keys;
      agent.answerMs = second === 0 ? undefined : second * 10;
      if (second++ === seconds) over.abort();
    },
    signal: over.signal,
  });
  return { facts, asked };
}

test('each second it tells how long a donor takes for an answer, once there was one', async () => {
  const { facts, asked } = await watched(3, () => ({ isPaused: false, keys: 900 }));
  assert.deepEqual(facts, [
    { type: 'latency', donor: 'east', answerMs: 10 },
    { type: 'latency', donor: 'east', answerMs: 20 },
  ]);
  assert.equal(asked, 0, 'a run that moves hears of the log with each answer');
});

test('while the run is paused the Delta Log is looked at, and its filling up told once a pause', async () => {
  const { facts } = await watched(12, (second) => ({
    isPaused: second < 8 || second >= 10,
    keys: second * 200,
  }));
  const logs = facts.flatMap((fact) => (fact.type === 'delta-log' ? [fact.keys] : []));
  assert.deepEqual(logs, [0, 200, 400, 600, 800, 1000, 1200, 1400, 2000, 2200]);
  const warnings = facts.flatMap((fact) => (fact.type === 'note' ? [`${fact.level}: ${fact.text}`] : []));
  assert.equal(warnings.length, 2);
  assert.match(warnings[0] ?? '', /^warning: .* 800 keys of a budget of 1000/);
});
