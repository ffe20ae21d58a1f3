import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import Database from 'better-sqlite3';
import { migrations } from '../../../src/core/state/migrations.ts';
import { openState } from '../../../src/core/state/open.ts';
import {
  listParameterChanges,
  type RunStep,
  recordRunStep,
} from '../../../src/core/state/parameter-steps.ts';
import { freezeParameter, setParameter, undoSteps } from '../../../src/core/state/parameter-wishes.ts';
import { listParameters, readParameters, readStandings } from '../../../src/core/state/parameters.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-parameters-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function fresh(t: { after(done: () => void): void }) {
  const state = openState(path.join(folder, `${++files}.db`));
  t.after(() => state.close());
  return state;
}

const step: RunStep = {
  ...{ group: 'shop', name: 'minConfidence', kind: 'tuned', old: 0.5, new: 0.45 },
  ...{ reason: 'why', runId: 'one', startedMs: 5, changedMs: 7 },
};
const confidence = (state: ReturnType<typeof fresh>) =>
  readStandings(state, 'shop').find(({ name }) => name === 'minConfidence');

test('a parameter keeps its value and how it came about, one step a run', (t) => {
  const state = fresh(t);
  assert.equal(recordRunStep(state, step), true);
  assert.equal(recordRunStep(state, { ...step, old: 0.45, new: 0.4 }), false);
  assert.deepEqual(readParameters(state, 'shop'), { minConfidence: 0.45 });
  assert.equal(recordRunStep(state, { ...step, old: 0.45, new: 0.5, runId: 'two' }), true);
  assert.deepEqual(readParameters(state, 'shop'), { minConfidence: 0.5 });
  assert.equal(
    recordRunStep(state, { ...step, old: 0.45, new: 0.4, runId: 'three' }),
    false,
    'it stands elsewhere by now',
  );
  const [one] = listParameterChanges(state, { runId: 'one', limit: 9 });
  assert.deepEqual([one?.old, one?.new, one?.wasDefault, one?.reason], [0.5, 0.45, true, 'why']);
  assert.deepEqual(
    listParameterChanges(state, { limit: 9 }).map(({ runId }) => runId),
    ['two', 'one'],
  );
});

test('a refused step moves nothing, and takes the place of an earlier refusal by the same run', (t) => {
  const state = fresh(t);
  for (const value of [0.45, 0.55]) recordRunStep(state, { ...step, kind: 'refused', new: value });
  assert.deepEqual(readParameters(state, 'shop'), {});
  const kept = listParameterChanges(state, { limit: 9 });
  assert.deepEqual(
    kept.map((change) => [change.kind, change.new]),
    [['refused', 0.55]],
  );
});

test('the last steps are taken back, one by one, to the default where that held before; each is a step itself', (t) => {
  const state = fresh(t);
  recordRunStep(state, step);
  recordRunStep(state, { ...step, old: 0.45, new: 0.4, runId: 'two' });
  setParameter(state, { group: 'shop', name: 'order', value: 'early-value', nowMs: 9 });
  const undo = (count: number, dryRun = false) =>
    undoSteps(state, { group: 'shop', count, nowMs: 10, dryRun });
  assert.deepEqual(
    undo(1, true).map(({ name, new: value }) => [name, value]),
    [['order', undefined]],
  );
  assert.deepEqual(readParameters(state, 'shop'), { minConfidence: 0.4, order: 'early-value' });
  assert.equal(undo(2).length, 2);
  assert.deepEqual(readParameters(state, 'shop'), { minConfidence: 0.45 });
  assert.equal(confidence(state)?.origin, 'tuned');
  assert.equal(undo(9).length, 1);
  assert.deepEqual(readParameters(state, 'shop'), {});
  assert.deepEqual(undo(1), []);
  const kinds = listParameterChanges(state, { limit: 9 }).map(({ kind }) => kind);
  assert.deepEqual(kinds, ['undone', 'undone', 'undone', 'set', 'tuned', 'tuned']);
});

test('a run that moved a parameter does not move it again after that was taken back', (t) => {
  const state = fresh(t);
  recordRunStep(state, step);
  undoSteps(state, { group: 'shop', count: 1, nowMs: 10, dryRun: false });
  assert.equal(recordRunStep(state, step), false);
  assert.deepEqual(readParameters(state, 'shop'), {});
});

test('no run moves a parameter that is frozen, where it stands by default too', (t) => {
  const state = fresh(t);
  const freeze = (isFrozen: boolean) =>
    freezeParameter(state, { group: 'shop', name: 'minConfidence', freeze: isFrozen, nowMs: 1 });
  assert.equal(freeze(true), true);
  assert.equal(freeze(true), false);
  assert.deepEqual([confidence(state)?.isFrozen, confidence(state)?.origin], [true, 'default']);
  assert.equal(recordRunStep(state, step), false);
  assert.equal(freeze(false), true);
  assert.equal(recordRunStep(state, step), true);
});

test('each group has its own parameters, and plans without a group theirs', (t) => {
  const state = fresh(t);
  setParameter(state, { group: 'shop', name: 'horizonMs', value: 2, nowMs: 1 });
  setParameter(state, { group: undefined, name: 'halfLifeMs', value: 3, nowMs: 1 });
  assert.deepEqual(readParameters(state, 'shop'), { horizonMs: 2 });
  assert.deepEqual(readParameters(state, undefined), { halfLifeMs: 3 });
  assert.deepEqual(readParameters(state, 'depot'), {});
  assert.deepEqual(listParameters(state), [
    { group: undefined, parameters: { halfLifeMs: 3 } },
    { group: 'shop', parameters: { horizonMs: 2 } },
  ]);
});

test('what an earlier version tuned stays in force, and its history is kept', (t) => {
  const file = path.join(folder, 'earlier.db');
  const before = migrations.findIndex((sql) => sql.includes('group_parameter'));
  const earlier = new Database(file);
  earlier.exec(migrations.slice(0, before).join('\n'));
  earlier.exec(`
    INSERT INTO parameters VALUES ('shop', 'horizonMs', 3, 20);
    INSERT INTO parameter_changes (group_name, name, old, new, reason, run_id, changed_ms)
      VALUES ('shop', 'horizonMs', 1, 2, 'first', 'one', 10), ('shop', 'horizonMs', 2, 3, 'second', 'two', 20);`);
  earlier.pragma(`application_id = ${0x6673796e}`);
  earlier.pragma(`user_version = ${before}`);
  earlier.close();
  const state = openState(file);
  t.after(() => state.close());
  const horizon = readStandings(state, 'shop').find(({ name }) => name === 'horizonMs');
  assert.deepEqual([horizon?.value, horizon?.origin, horizon?.sinceMs], [3, 'tuned', 20]);
  undoSteps(state, { group: 'shop', count: 2, nowMs: 30, dryRun: false });
  assert.deepEqual(readParameters(state, 'shop'), {});
});
