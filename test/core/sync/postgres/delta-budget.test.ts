import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemClock, systemWait } from '../../../../src/core/clock.ts';
import { ForesyncError } from '../../../../src/core/errors.ts';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../../../src/core/sync/events.ts';
import { Pace } from '../../../../src/core/sync/pace.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../../support/postgres.ts';
import { postgresRun } from '../../../support/postgres-group.ts';

/** What a burst of writes puts into the stream is more than half of the budget, and less than all of it. */
const budgetKeys = 20_000;
const burst = 'UPDATE busy SET n = n + 1 WHERE id % 20 = 3';

describe('the budget of the Delta Log between PostgreSQL servers', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
    pair.donor.sql(
      `CREATE TABLE busy (id int PRIMARY KEY, n int, body text);
       INSERT INTO busy SELECT g, 0, repeat(md5(g::text), 30) FROM generate_series(1, 30000) g`,
    );
  });
  after(() => pair.stop());

  test('from half of it on changes go between chunks, and the joiner ends equal', async () => {
    let chunks = 0;
    const { options, events } = postgresRun(pair, 'busy', limited(), (event) => {
      if (isChunk(event) && ++chunks === 1) pair.donor.sql(burst);
    });
    await addReplica(options);
    const all = 'SELECT md5(string_agg(t::text, chr(10) ORDER BY id)) FROM busy t';
    assert.equal(pair.joiner.sql(all), pair.donor.sql(all));
    const kinds = events.filter(({ type }) => type === 'rows').map((event) => 'kind' in event && event.kind);
    assert.ok(kinds.indexOf('delta') < kinds.lastIndexOf('snapshot'), 'changes were applied between chunks');
  });

  test('more than the budget while nothing is applied, as in a pause, ends the run, which is gone on with', async () => {
    pair.joiner.sql('DROP TABLE IF EXISTS busy');
    const more = limited();
    const { options } = postgresRun(pair, 'busy', more, (event) => {
      if (!isChunk(event) || more.pace.isPaused) return;
      more.pace.pause(true);
      pair.donor.sql(Array.from({ length: 4 }, () => burst).join(';'));
    });
    await assert.rejects(addReplica(options), (error) => {
      assert.ok(error instanceof ForesyncError);
      assert.deepEqual([error.kind, error.code], ['stopped', 'delta-budget-reached']);
      return true;
    });
    // More waits in the slot than the budget lets.
    const again = postgresRun(pair, 'busy', { deltaBudgetKeys: budgetKeys });
    await addReplica(again.options);
    assert.ok(again.events.some(({ type }) => type === 'resumed'));
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
  });

  test('a transaction that is larger than the budget ends the run while others are waited for, and passes with a larger one', async () => {
    pair.joiner.sql('DROP TABLE IF EXISTS busy');
    const { options } = postgresRun(pair, 'busy', { deltaBudgetKeys: budgetKeys }, (event) => {
      if (event.type === 'phase' && event.phase === 'delta' && event.state === 'running')
        pair.donor.sql(`BEGIN; ${Array.from({ length: 4 }, () => burst).join(';')}; COMMIT`);
    });
    await assert.rejects(
      addReplica(options),
      (error) => error instanceof ForesyncError && error.code === 'delta-budget-reached',
    );
    const { options: again } = postgresRun(pair, 'busy', { deltaBudgetKeys: 10 * budgetKeys });
    await addReplica(again);
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
  });
});

/** Under a limit chunks follow one another: not all of them are under way when the first is there. */
function limited() {
  return { deltaBudgetKeys: budgetKeys, pace: new Pace(8 << 20, systemClock, systemWait) };
}

function isChunk(event: RunEvent): boolean {
  return event.type === 'rows' && event.kind === 'snapshot';
}
