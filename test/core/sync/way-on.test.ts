import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForesyncError } from '../../../src/core/errors.ts';
import { type JoinerSpec, stopped, withWayOn } from '../../../src/core/sync/refusals.ts';

const joiner: JoinerSpec = {
  name: 'j\u001b[2J',
  host: { kind: 'local' },
  store: { kind: 'sqlite', path: '/srv/j.db' },
};
const run = { runId: '3f9a1c2b-0000', stateOption: ' --state s.db' };

test('a run that was stopped says how to go on with it, where something had begun', () => {
  const begun = stopped({ ...run, joiner }, { begun: true, place: 'building' });
  assert.deepEqual([begun.kind, begun.exitCode], ['stopped', 75]);
  assert.equal(begun.message, 'Stopped; j\\u001b[2J is not there yet.');
  assert.match(
    begun.hint ?? '',
    /same command goes on.*'foresync resume 3f9a1c2b --state s\.db'; 'foresync abort 3f9a1c2b --state s\.db' gives up/,
  );
  const early = stopped({ ...run, joiner }, { begun: false, place: 'building' });
  assert.deepEqual([early.exitCode, early.hint], [130, undefined]);
});

test('an error without advice gets the way on, and keeps all else; advice of its own stays', () => {
  const cause = new Error('why');
  const plain = new ForesyncError('io', 'disk-full', 'Full.', { cause });
  const told = withWayOn(plain, run);
  assert.ok(told instanceof ForesyncError);
  assert.deepEqual([told.kind, told.code, told.message, told.cause], ['io', 'disk-full', 'Full.', cause]);
  assert.match(told.hint ?? '', /'foresync resume 3f9a1c2b --state/);
  const advised = new ForesyncError('io', 'disk-full', 'Full.', { hint: 'Make room.' });
  assert.equal(withWayOn(advised, run), advised);
  assert.equal(withWayOn(cause, run), cause);
});
