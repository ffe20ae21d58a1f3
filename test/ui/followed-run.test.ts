import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/core/sync/events.ts';
import { foldRun, RunFold } from '../../src/core/sync/fold.ts';
import { storedSnapshot } from '../../src/core/sync/stored-snapshot.ts';
import { progressLine } from '../../src/ui/plain/lines.ts';
import { summaryOf } from '../../src/ui/plain/summary.ts';
import { showRun } from '../../src/ui/run-view.ts';
import { fakeTerminal, unsteered } from './fake-terminal.ts';
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
    ...unsteered,
    ...{ json: false, stdout: terminal.stream, stderr: terminal.stream, fold: new RunFold() },
    clock: { nowMs: () => atMs + 3000 },
    env: { TERM: 'xterm', LANG: 'C.UTF-8' },
  });
  for (const event of events) view.onEvent(event);
  await view.end();
  assert.match(terminal.written(), /follow +running .* behind, 3,000 keys waiting/);
  assert.match(terminal.written(), /Delta Log +3,000 keys waiting/);
});

test('the summary of a run that was followed tells what it holds at its end, and what was proven', () => {
  const { events, atMs } = followedRun();
  const followEnds = { type: 'phase', phase: 'follow', state: 'done', atMs: atMs + 4000 } as const;
  const last = { type: 'followed', watermark: 990, keys: 0, levelAtMs: atMs + 3900, rows: 200_123 } as const;
  const end = { type: 'end', outcome: 'done', atMs: atMs + 4500 } as const;
  const level = foldRun([...events, { ...last, atMs: atMs + 4000 }, followEnds, end]);
  assert.deepEqual(summaryOf(level).toSpliced(1, 3), [
    'eu-west holds items: 200,123 rows, equal to us-east at watermark 990.',
    'It was proven equal at watermark 1234, 200,000 rows, and followed from there for 4.0 s, until it was stopped.',
  ]);
  assert.deepEqual(storedSnapshot(JSON.parse(JSON.stringify(level)))?.follow, level.follow);
  assert.match(
    summaryOf(foldRun([...events, followEnds, end]))[0] ?? '',
    /200,000 rows, followed to watermark 950 of us-east, 3,000 keys behind it\.$/,
  );
  events.push({ type: 'end', outcome: 'failed', error: 'lost', atMs: atMs + 4000 });
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
