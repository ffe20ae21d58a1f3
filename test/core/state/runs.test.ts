import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { openState } from '../../../src/core/state/open.ts';
import {
  listRuns,
  type RunRecord,
  readRun,
  readRunPlan,
  recordMetrics,
  recordRun,
} from '../../../src/core/state/runs.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-runs-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const fresh = (t: { after(done: () => void): void }) => {
  files += 1;
  const state = openState(path.join(folder, `${files}.db`));
  t.after(() => state.close());
  return state;
};
const run = (id: string, more: Partial<RunRecord> = {}): RunRecord => ({
  id,
  command: 'add-replica',
  group: 'shop',
  table: 'items',
  joiner: 'eu-west',
  startedMs: 1000,
  outcome: 'running',
  snapshot: { at: 'start' },
  ...more,
});

test('a run is kept and brought up to date, with what it had', (t) => {
  const state = fresh(t);
  const plan = Buffer.from([0, 1, 2]);
  recordRun(state, run('one', { plan }));
  recordMetrics(state, 'one', { rate: 0.5 });
  recordRun(state, run('one', { startedMs: 5000, endedMs: 9000, outcome: 'done', snapshot: { at: 'end' } }));
  assert.deepEqual(listRuns(state, { limit: 9 }), [
    {
      ...run('one', { endedMs: 9000, outcome: 'done', snapshot: { at: 'end' } }),
      hasPlan: true,
      metrics: { rate: 0.5 },
    },
  ]);
  assert.deepEqual(readRunPlan(state, 'one'), plan);
});

test('runs are listed newest first, of one group or of all', (t) => {
  const state = fresh(t);
  recordRun(state, run('old', { startedMs: 1 }));
  recordRun(state, run('other', { startedMs: 2, group: 'depot' }));
  recordRun(state, run('new', { startedMs: 3, joiner: undefined }));
  const ids = (options: { group?: string; limit: number }) => listRuns(state, options).map(({ id }) => id);
  assert.deepEqual(ids({ limit: 9 }), ['new', 'other', 'old']);
  assert.deepEqual(ids({ limit: 1 }), ['new']);
  assert.deepEqual(ids({ group: 'shop', limit: 9 }), ['new', 'old']);
  assert.equal(readRun(state, 'new').joiner, undefined);
  assert.equal(readRunPlan(state, 'new'), undefined);
});

test('a run is found by its id or a beginning that no other has', (t) => {
  const state = fresh(t);
  for (const id of ['abc', 'abcd', 'xyz%_']) recordRun(state, run(id));
  assert.equal(readRun(state, 'abc').id, 'abc');
  assert.equal(readRun(state, 'abcd').id, 'abcd');
  assert.equal(readRun(state, 'xyz%').id, 'xyz%_');
  assert.throws(() => readRun(state, 'ab'), { code: 'run-ambiguous', exitCode: 64 });
  for (const id of ['', '%', "x' OR 1=1 --"])
    assert.throws(() => readRun(state, id), { code: 'run-unknown', exitCode: 64 });
});
