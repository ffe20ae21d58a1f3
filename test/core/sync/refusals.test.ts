import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForesyncError } from '../../../src/core/errors.ts';
import { withDoctor, withWayOn } from '../../../src/core/sync/refusals.ts';

test('what went wrong at a host names the doctor, unless it has better advice or lies elsewhere', () => {
  const hintOf = (error: unknown) => (withDoctor(error) as ForesyncError).hint;
  assert.match(
    hintOf(new ForesyncError('unreachable', 'agent-lost', 'east is lost.')) ?? '',
    /^'foresync doctor' /,
  );
  const better = new ForesyncError('permission', 'ssh-denied', 'No.', { hint: 'Try ssh.' });
  assert.equal(withDoctor(better), better);
  const elsewhere = new ForesyncError('data', 'table-is-virtual', 'The table is virtual.');
  assert.equal(withDoctor(elsewhere), elsewhere);
  const defect = new TypeError('x');
  assert.equal(withDoctor(defect), defect);
  assert.equal(withWayOn(defect, { runId: 'r' }), defect);
});
