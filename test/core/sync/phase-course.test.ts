import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PhaseName, RunEvent, RunFact } from '../../../src/core/sync/events.ts';
import { foldRun } from '../../../src/core/sync/fold.ts';
import { storedSnapshot } from '../../../src/core/sync/stored-snapshot.ts';

const at = (atMs: number, fact: RunFact) => ({ atMs, ...fact }) as RunEvent;
const start = at(0, {
  ...{ type: 'start', runId: 'r', command: 'add-replica', group: 'shop', table: 'items', lead: 'a' },
  phases: ['connect', 'hot', 'snapshot'],
});
const plan: RunFact = {
  ...{ type: 'plan', keys: 10, expectedReads: 200, expectedHitRate: 0.6, minConfidence: 0.5 },
  ...{ origin: '2026-01-01T00:00:00Z', horizonMs: 1000 },
};
const phase = (atMs: number, name: PhaseName, state: 'running' | 'done' | 'skipped') =>
  at(atMs, { type: 'phase', phase: name, state });
const hotRows = (atMs: number) =>
  at(atMs, {
    ...{ type: 'rows', kind: 'hot', donor: 'a', rows: 10, rawBytes: 300, wireBytes: 100 },
    ...{ planKeys: 10, expectedReads: 150 },
  });

test('what an earlier try of the same run has done stays done, and time between tries belongs to no phase', () => {
  const run = foldRun([
    start,
    at(0, plan),
    phase(0, 'connect', 'running'),
    phase(100, 'connect', 'done'),
    phase(100, 'hot', 'running'),
    hotRows(200),
    at(200, { type: 'hot-ready' }),
    phase(200, 'hot', 'done'),
    phase(200, 'snapshot', 'running'),
    at(700, { type: 'lost' }),
    at(5000, plan),
    phase(5000, 'connect', 'running'),
    phase(5050, 'connect', 'done'),
    at(5060, { type: 'resumed', rows: 20 }),
    phase(5060, 'hot', 'skipped'),
    phase(5060, 'snapshot', 'running'),
    phase(5160, 'snapshot', 'done'),
  ]);
  const took = run.phases.map(({ name, state, startedAtMs = 0, endedAtMs = 0, earlierMs = 0 }) => [
    ...[name, state],
    earlierMs + endedAtMs - startedAtMs,
  ]);
  assert.deepEqual(took, [
    ['connect', 'done', 150],
    ['hot', 'done', 100],
    ['snapshot', 'done', 600],
  ]);
  assert.deepEqual([run.resumed, run.plan?.arrivedKeys, run.plan?.arrivedReads], [false, 10, 150]);
  assert.deepEqual(storedSnapshot(JSON.parse(JSON.stringify(run)))?.phases, run.phases);
});

test('nothing runs while the run waits to connect anew', () => {
  const run = foldRun([start, phase(0, 'snapshot', 'running'), at(500, { type: 'lost' })]);
  assert.deepEqual(
    run.phases.map(({ state }) => state),
    ['waiting', 'waiting', 'waiting'],
  );
});

test('hot rows that are sent a second time are counted once in the plan', () => {
  const hot = phase(1, 'hot', 'running');
  const again = [at(3, { type: 'lost' }), at(4, plan), hot, hotRows(5)];
  const { plan: arrived } = foldRun([start, at(0, plan), hot, hotRows(2), ...again]);
  assert.deepEqual([arrived?.arrivedKeys, arrived?.arrivedReads], [10, 150]);
});
