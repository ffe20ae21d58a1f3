import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Liveness } from '../../../src/core/agent/process-identity.ts';
import type { JournaledRun } from '../../../src/core/state/run-progress.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { foldRun } from '../../../src/core/sync/fold.ts';
import { type RunStanding, standingsOf } from '../../../src/core/sync/run-standing.ts';

const startMs = Date.UTC(2026, 0, 1);
const owner = { host: 'here', pid: 42, start: '1' };

/** What a run said of itself, up to its capture or before it. */
function snapshot({ captured = true, atMs = startMs } = {}) {
  const events: RunEvent[] = [
    {
      atMs: startMs,
      ...{ type: 'start', runId: 'r', command: 'add-replica', group: 'shop', table: 'items', lead: 'east' },
      phases: ['connect', 'capture', 'snapshot'],
    },
    { atMs, type: 'phase', phase: 'connect', state: 'running' },
  ];
  if (captured) events.push({ atMs, type: 'phase', phase: 'capture', state: 'running' });
  return JSON.parse(JSON.stringify(foldRun(events)));
}

function entry(id: string, more: Partial<JournaledRun> = {}): JournaledRun {
  return {
    id,
    command: 'add-replica',
    group: 'shop',
    table: 'items',
    joiner: 'j',
    startedMs: startMs,
    endedMs: more.outcome === 'running' || more.outcome === undefined ? undefined : startMs + 1000,
    outcome: 'running',
    snapshot: snapshot(),
    process: owner,
    request: undefined,
    failure: undefined,
    ...more,
  };
}

function look(journal: JournaledRun[], liveness: Liveness = 'gone', nowMs = startMs): RunStanding[] {
  return standingsOf(journal, { nowMs, livenessOf: () => liveness });
}

const shape = ({ standing, canResume, canAbort, continuedBy, isHeld }: RunStanding) =>
  [standing, canResume && 'resume', canAbort && 'abort', isHeld && 'held', continuedBy]
    .filter(Boolean)
    .join(' ');

for (const [what, one, liveness, expected] of [
  ['lives', {}, 'alive', 'running abort'],
  ['has no process any longer', {}, 'gone', 'died resume abort'],
  ['kept no process', { process: undefined }, 'alive', 'died resume abort'],
  ['was stopped', { outcome: 'stopped', failure: 'stopped' }, 'gone', 'stopped resume abort'],
  ['lost its agents', { outcome: 'failed', failure: 'unreachable' }, 'gone', 'failed resume abort'],
  ['was refused, with what it began taken away', { outcome: 'failed', failure: 'exists' }, 'gone', 'failed'],
  [
    'failed before capture',
    { outcome: 'failed', failure: 'unreachable', snapshot: snapshot({ captured: false }) },
    'gone',
    'failed',
  ],
  ['ended well', { outcome: 'done' }, 'gone', 'done'],
  ['was aborted', { outcome: 'aborted' }, 'gone', 'aborted'],
  ['told what this version does not know', { snapshot: { odd: true } }, 'gone', 'died resume abort'],
] as [string, Partial<JournaledRun>, Liveness, string][]) {
  test(`a run that ${what}: ${expected}`, () => {
    assert.deepEqual(look([entry('a', one)], liveness).map(shape), [expected]);
  });
}

test('a run that cannot be seen from here lives as long as it speaks', () => {
  const journal = [entry('a', { snapshot: snapshot({ atMs: startMs + 5000 }) })];
  assert.deepEqual(look(journal, 'elsewhere', startMs + 64_999).map(shape), ['running abort']);
  assert.deepEqual(look(journal, 'elsewhere', startMs + 65_000).map(shape), ['died resume abort']);
});

test('what one run left, the next for the same joiner goes on with; one that was refused does not', () => {
  const left = entry('old', { outcome: 'stopped', failure: 'stopped' });
  const later = { startedMs: startMs + 10_000 };
  assert.deepEqual(look([entry('new', { ...later, outcome: 'done' }), left]).map(shape), [
    'done',
    'stopped new',
  ]);
  assert.deepEqual(look([entry('new', later), left], 'alive').map(shape), ['running abort', 'stopped new']);
  const refused = entry('new', { ...later, outcome: 'failed', failure: 'exists' });
  assert.deepEqual(look([refused, left]).map(shape), ['failed', 'stopped resume abort']);
  const another = entry('new', { ...later, joiner: 'k', outcome: 'done' });
  assert.deepEqual(look([another, left]).map(shape), ['done', 'stopped resume abort']);
});

test('a later run for a joiner of that name in another store goes on with nothing of it', () => {
  const inStore = (path: string) => ({
    ...{ command: 'add-replica', config: '/foresync.yaml', lead: 'east', stallTimeoutMs: 1, retries: 0 },
    ...{ joiner: { name: 'j', host: 'local', path }, prefetchTimeoutMs: 1, replace: false },
  });
  const left = entry('old', { outcome: 'stopped', failure: 'stopped', request: inStore('/a.db') });
  const done = (path: string) =>
    entry('new', { startedMs: startMs + 10_000, outcome: 'done', request: inStore(path) });
  assert.deepEqual(look([done('/b.db'), left]).map(shape), ['done', 'stopped resume abort']);
  assert.deepEqual(look([done('/a.db'), left]).map(shape), ['done', 'stopped new']);
});

test('of several that were left unfinished the newest alone can be gone on with', () => {
  const journal = ['c', 'b', 'a'].map((id) => entry(id, { outcome: 'stopped', failure: 'stopped' }));
  assert.deepEqual(look(journal).map(shape), ['stopped resume abort', 'stopped c', 'stopped c']);
});

test('a prefetch is held until it is used up, released, or followed by another', () => {
  const cached = entry('p', { command: 'prefetch', joiner: undefined, outcome: 'done' });
  const next = { startedMs: startMs + 10_000 };
  assert.deepEqual(look([cached]).map(shape), ['done held']);
  assert.deepEqual(look([entry('a', { ...next, outcome: 'done' }), cached]).map(shape), ['done', 'done']);
  assert.deepEqual(look([{ ...cached, ...next, id: 'q' }, cached]).map(shape), ['done held', 'done']);
  assert.deepEqual(look([{ ...cached, outcome: 'released' }]).map(shape), ['released']);
  const died = entry('p', { command: 'prefetch', joiner: undefined });
  assert.deepEqual(look([died]).map(shape), ['died abort']);
  assert.deepEqual(look([entry('a', { ...next, outcome: 'done' }), died]).map(shape), ['done', 'died']);
});

test('a try that failed for what was asked, before its capture ran, was refused; others failed', () => {
  const refused = (failure: string, captured: boolean) =>
    look([entry('a', { outcome: 'failed', failure, snapshot: snapshot({ captured }) })])[0]?.wasRefused;
  for (const kind of ['usage', 'config', 'exists', 'data', 'permission'])
    assert.equal(refused(kind, false), true);
  assert.equal(refused('exists', true), true, 'while it asked for its capture');
  for (const kind of ['unreachable', 'io', 'defect']) assert.equal(refused(kind, false), false, kind);
});

test('a try that was interrupted before its capture began left nothing, and began nothing', () => {
  const stopped = (failure: string, captured: boolean) =>
    look([entry('a', { outcome: 'stopped', failure, snapshot: snapshot({ captured }) })])[0]?.wasRefused;
  assert.equal(stopped('interrupted', false), true);
  assert.equal(stopped('interrupted', true), false);
  assert.equal(stopped('stopped', true), false);
});
