import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { snapshotTime } from '../../../src/core/plan/snapshot-time.ts';
import { openState } from '../../../src/core/state/open.ts';
import { recordRun } from '../../../src/core/state/runs.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { foldRun } from '../../../src/core/sync/fold.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-snapshot-time-'));
const state = openState(path.join(folder, 'state.db'));
after(() => {
  state.close();
  rmSync(folder, { recursive: true });
});

const group = { name: 'shop', table: 'items' };
const horizonMs = 86_400_000;
const time = (durationMs?: number, of: typeof group | undefined = group) =>
  snapshotTime(state, { group: of, durationMs, horizonMs });

let runs = 0;
/** Keeps a run whose snapshot began after `startMs` and took `durationMs`. */
function keep(startMs: number, durationMs: number, more: { table?: string; resumed?: boolean } = {}): void {
  const id = `run-${runs++}`;
  const startedMs = 1_000_000 * runs;
  const table = more.table ?? group.table;
  const head = { runId: id, command: 'add-replica', group: group.name, table } as const;
  const events: RunEvent[] = [
    { type: 'start', atMs: startedMs, ...head, lead: 'east', joiner: 'west', phases: ['hot', 'snapshot'] },
    ...(more.resumed ? [{ type: 'resumed', atMs: startedMs } as RunEvent] : []),
    { type: 'phase', phase: 'snapshot', state: 'running', atMs: startedMs + startMs },
    { type: 'phase', phase: 'snapshot', state: 'done', atMs: startedMs + startMs + durationMs },
  ];
  const { runId: _, ...run } = head;
  recordRun(state, { id, ...run, startedMs, outcome: 'done', snapshot: foldRun(events) });
}

test('the horizon where there are no runs, then the middle one of the latest, and a flag before both', () => {
  const horizon = { startMs: 0, durationMs: horizonMs, from: 'horizon' };
  assert.deepEqual(time(), horizon);
  keep(1, 2, { table: 'other' });
  keep(3, 4, { resumed: true });
  recordRun(state, {
    ...group,
    id: 'odd',
    command: 'add-replica',
    group: 'shop',
    startedMs: 9,
    outcome: 'failed',
    snapshot: { phases: 3 },
  });
  assert.deepEqual(time(), horizon);
  keep(900, 70_000);
  assert.deepEqual(time(), { startMs: 900, durationMs: 70_000, from: 'runs' });
  for (const minutes of [1, 2, 3, 4, 5]) keep(minutes * 10, minutes * 60_000);
  assert.deepEqual(time(), { startMs: 30, durationMs: 180_000, from: 'runs' });
  assert.deepEqual(time(5000), { startMs: 0, durationMs: 5000, from: 'flag' });
  assert.deepEqual(time(undefined, { ...group, name: 'another' }), horizon);
});
