import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableRows } from '../../../src/core/plan/table-rows.ts';
import { openState } from '../../../src/core/state/open.ts';
import { recordRun } from '../../../src/core/state/runs.ts';
import { foldRun } from '../../../src/core/sync/fold.ts';
import { temporaryFolder } from '../../support/tables.ts';

const group = { name: 'shop', table: 'items' };

test('the rows that are said, else those of the latest run, and never fewer than the keys that are known', (t) => {
  const state = openState(`${temporaryFolder(t)}/state.db`);
  t.after(() => state.close());
  const rows = (said?: number, knownKeys = 40) => tableRows(state, { group, said, knownKeys });
  assert.throws(rows, { code: 'table-rows-unknown' });
  const keep = (id: string, startedMs: number, { table, estimate }: { table: string; estimate: number }) => {
    const run = { command: 'add-replica', group: group.name, table } as const;
    const snapshot = foldRun([
      { type: 'start', atMs: startedMs, runId: id, ...run, lead: 'east', joiner: 'west', phases: [] },
      { type: 'table', atMs: startedMs, rowsEstimate: estimate, sizeBytes: 1 },
    ]);
    recordRun(state, { id, ...run, startedMs, outcome: 'stopped', snapshot });
  };
  keep('first', 1, { table: 'items', estimate: 500 });
  assert.deepEqual(rows(), { rows: 500, from: 'run' });
  keep('second', 2, { table: 'items', estimate: 700 });
  keep('other', 3, { table: 'carts', estimate: 9 });
  assert.deepEqual(rows(), { rows: 700, from: 'run' });
  assert.deepEqual(rows(undefined, 900), { rows: 900, from: 'run' });
  assert.deepEqual(rows(6000), { rows: 6000, from: 'flag' });
  assert.throws(() => tableRows(state, { group: undefined, said: undefined, knownKeys: 3 }), {
    code: 'table-rows-unknown',
  });
});
