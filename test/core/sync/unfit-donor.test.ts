import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { addReplica } from '../../../src/core/sync/add-replica.ts';
import { localGroup, planOf, watchedRun } from '../../support/local-group.ts';
import { database, rowsOf, temporaryFolder } from '../../support/tables.ts';

test('a donor that keeps text in another encoding gives no rows, and the run does without', async (t) => {
  const folder = temporaryFolder(t);
  const [east, west] = [path.join(folder, 'east.db'), path.join(folder, 'west.db')];
  const sql = "CREATE TABLE items(k TEXT PRIMARY KEY, v); INSERT INTO items VALUES('a', 1), ('ü', 2)";
  database(t, east, sql).close();
  database(t, west, `PRAGMA encoding = 'UTF-16le'; ${sql}`).close();
  const joiner = path.join(folder, 'joiner.db');
  const { options, events } = watchedRun(localGroup(folder, { east, west }), joiner, {
    plan: planOf({ west: ['ü'] }),
  });
  await addReplica(options);
  assert.deepEqual(rowsOf(joiner, 'items'), rowsOf(east, 'items'));
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
  assert.ok(
    notes.includes('west keeps text in UTF-16le, the lead in UTF-8 and gives no rows.'),
    notes.join('\n'),
  );
});
