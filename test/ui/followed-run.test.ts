import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/core/sync/events.ts';
import { foldRun, RunFold } from '../../src/core/sync/fold.ts';
import { storedSnapshot } from '../../src/core/sync/stored-snapshot.ts';
import { progressLine } from '../../src/ui/plain/lines.ts';
import { summaryOf } from '../../src/ui/plain/summary.ts';
import { showRun } from '../../src/ui/run-view.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { recordedRun } from './recorded-run.ts';

/** The recorded run, followed from its publication on: level once, and then behind. */
function followedRun(): { events: RunEvent[]; atMs: number } {
  const all = recordedRun();
  const cleanUp = all.findIndex((event) => event.type === 'phase' && event.phase === 'cleanup');
  const atMs = all[cleanUp]?.atMs ?? 0;
  const events = all.slice(0, cleanUp).map((event) => {
    if (event.type !== 'start') return event;
    return { ...event, phases: [...event.phases.slice(0, -1), 'follow' as const, 'cleanup' as const] };
  });
  events.push(
    { type: 'phase', phase: 'follow', state: 'running', atMs },
    { type: 'followed', watermark: 900, keys: 0, levelAtMs: atMs, atMs },
    { type: 'followed', watermark: 950, keys: 3000, atMs: atMs + 2000 },
  );
  return { events, atMs };
}

test('how far it is behind grows until it is level again', () => {
  const { events, atMs } = followedRun();
  const fold = new RunFold();
  for (const event of events) fold.apply(event);
  assert.deepEqual(fold.at(atMs + 12_000).follow, {
    ...{ watermark: 950, keysWaiting: 3000, levelAtMs: atMs, lagMs: 12_000 },
  });
  assert.match(progressLine(fold.at(atMs + 12_000)) ?? '', / follow {2}12\.0 s behind, 3,000 keys waiting$/);
  fold.apply({ type: 'followed', watermark: 990, keys: 0, levelAtMs: atMs + 12_900, atMs: atMs + 13_000 });
  assert.match(progressLine(fold.at(atMs + 13_000)) ?? '', / follow {2}0\.1 s behind$/);
  assert.deepEqual(storedSnapshot(JSON.parse(JSON.stringify(fold.snapshot)))?.follow, fold.snapshot.follow);
});

test('the dashboard tells it beside the phase, and what waits in the Delta Log', async () => {
  const { events, atMs } = followedRun();
  const terminal = fakeTerminal(80, 24, true);
  const view = showRun({
    ...{ json: false, stdout: terminal.stream, stderr: terminal.stream, fold: new RunFold(), argv: [] },
    clock: { nowMs: () => atMs + 3000 },
    env: { TERM: 'xterm', LANG: 'C.UTF-8' },
  });
  for (const event of events) view.onEvent(event);
  await view.end();
  assert.match(terminal.written(), /follow +running .* behind, 3,000 keys waiting/);
  assert.match(terminal.written(), /Delta Log +3,000 keys waiting/);
});

test('the summary of a run that was followed says until where', () => {
  const { events, atMs } = followedRun();
  events.push({ type: 'end', outcome: 'done', atMs: atMs + 4000 });
  assert.match(
    summaryOf(foldRun(events)).join('\n'),
    /^eu-west holds items: .*\n(.*\n)*It was followed until it was stopped, at watermark 950\.$/,
  );
  events.splice(-1, 1, { type: 'end', outcome: 'failed', error: 'lost', atMs: atMs + 4000 });
  assert.match(
    summaryOf(foldRun(events)).join('\n'),
    /^Failed in phase follow .*\n.*\neu-west was in sync with us-east at watermark 950\.$/,
  );
});

test('commands of the operator are told as they begin and end', () => {
  const events = recordedRun();
  const end = events.pop();
  assert.ok(end);
  const { atMs } = end;
  events.push({ type: 'hook', hook: 'synced', state: 'running', atMs });
  assert.deepEqual(foldRun(events).hooks, [{ hook: 'synced', state: 'running' }]);
  events.push({ type: 'hook', hook: 'synced', state: 'failed', exitCode: 4, atMs }, end);
  const snapshot = foldRun(events);
  assert.deepEqual(snapshot.hooks, [{ hook: 'synced', state: 'failed', exitCode: 4 }]);
  assert.deepEqual(storedSnapshot(JSON.parse(JSON.stringify(snapshot)))?.hooks, snapshot.hooks);
});
