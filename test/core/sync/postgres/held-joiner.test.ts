import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { dropCapture, startCapture } from '../../../../src/core/store/postgres/capture.ts';
import { JoinerHold } from '../../../../src/core/store/postgres/joiner-hold.ts';
import { inSession, Session } from '../../../../src/core/store/postgres/session.ts';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import { captureIdOf } from '../../../../src/core/sync/postgres/capture.ts';
import { takeAway } from '../../../../src/core/sync/take-away.ts';
import { takenAwayLines } from '../../../../src/ui/taken-away.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../../support/postgres.ts';
import { conninfoOf, postgresRun } from '../../../support/postgres-group.ts';

describe('a joiner at PostgreSQL that a run has for itself', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
    pair.donor.sql('CREATE TABLE held (id int PRIMARY KEY); INSERT INTO held SELECT generate_series(1, 100)');
  });
  after(() => pair.stop());

  const captures = () => pair.donor.sql('SELECT pubname FROM pg_publication ORDER BY 1');
  const slots = () => pair.donor.sql('SELECT slot_name, active FROM pg_replication_slots');

  test('a second run, even one that begins anew, and an abort of it touch nothing of the first', async () => {
    const writer = await Session.open(pair.donor.store());
    // Rows are not read before it is over, with the slot there and the joiner begun.
    const begin = async () => {
      await writer.rows('BEGIN');
      await writer.rows('SELECT pg_current_xact_id()');
    };
    let waits: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => {
      waits = resolve;
    });
    await begin();
    const first = postgresRun(pair, 'held');
    const running = addReplica(first.options);
    try {
      const id = captureIdOf(first.options.group, first.options.joiner);
      void (async () => {
        while (!captures().includes(id)) await new Promise((resolve) => setTimeout(resolve, 20));
        waits();
      })();
      await waiting;
      const second = postgresRun(pair, 'held', { restart: true, replace: true });
      const refused = { code: 'joiner-busy' };
      await Promise.all([
        assert.rejects(addReplica(second.options), refused),
        assert.rejects(takeAway({ ...second.options, dryRun: false }), refused),
      ]);
      assert.equal(captures(), `foresync_${id}`);
    } finally {
      await writer.rows('COMMIT');
      await writer.end();
    }
    assert.equal((await running).rows, 100);
    assert.equal(captures() + slots(), '');
  });

  test('whoever has lost its hold writes no more, and takes only what it made', async () => {
    const url = pair.joiner.store();
    const lost = await JoinerHold.take(url, 'trial');
    await inSession(url, async (killer) => {
      const [pid] = await lost.owner.row('SELECT pg_backend_pid()');
      await killer.rows('SELECT pg_terminate_backend($1, 10000)', [pid ?? '']);
      const next = await JoinerHold.take(url, 'trial');
      await next.letIn();
      await assert.rejects(lost.check(), { kind: 'unreachable' });
      await inSession(url, (session) => assert.rejects(lost.joinIn(session), { code: 'joiner-lost' }));
      await inSession(url, (session) => next.joinIn(session));
      await next.end();
    });
    const table = { schema: 'public', name: 'held' };
    await inSession(pair.donor.store(), async (session) => {
      for (const use of ['copy', 'subscription'] as const) {
        const purpose = { use, group: 'shop', joiner: 'joiner', hold: 'mine' };
        await startCapture(session, 'trial', { table, purpose });
        await dropCapture(session, 'trial', 'of another');
        assert.equal(captures(), 'foresync_trial');
        assert.equal(slots(), 'foresync_trial|f');
        await dropCapture(session, 'trial', 'mine');
        assert.equal(captures(), use === 'copy' ? '' : 'foresync_trial');
      }
      await dropCapture(session, 'trial');
    });
    assert.equal(captures() + slots(), '');
  });

  test('of a joiner whose server is gone the slot goes all the same, and what stays is told; not the slot of its subscription', async () => {
    const { options } = postgresRun(pair, 'held');
    const store = { kind: 'postgres' as const, path: 'postgres://foresync@127.0.0.1:1/none' };
    const joiner = { ...options.joiner, store };
    const id = captureIdOf(options.group, joiner);
    const table = { schema: 'public', name: 'held' };
    for (const use of ['subscription', 'copy'] as const) {
      await inSession(pair.donor.store(), async (session) => {
        await dropCapture(session, id);
        await startCapture(session, id, { table, purpose: { use, group: 'shop', joiner: 'joiner' } });
      });
      const taken = await takeAway({ ...options, joiner, dryRun: false });
      assert.equal(slots() === '', use === 'copy');
      assert.equal(taken.slot?.name, use === 'copy' ? `foresync_${id}` : undefined);
      assert.equal(taken.stays?.joiner, 'joiner');
      assert.equal(taken.stays?.slot, use === 'copy' ? undefined : `foresync_${id}`);
      assert.match(takenAwayLines(taken, { dryRun: false }).join(' '), /What was built at joiner stays/);
    }
  });

  test('a table that was put in its place, and that nothing keeps in sync, is told to stay', async () => {
    pair.joiner.sql('DROP TABLE IF EXISTS held');
    const handOver = { kind: 'subscription' as const, conninfo: conninfoOf(pair) };
    const { options } = postgresRun(pair, 'held', { handOver }, (event) => {
      if (event.type === 'phase' && event.phase === 'cleanup' && event.state === 'running')
        pair.donor.sql('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
    });
    await assert.rejects(addReplica(options), { code: 'slot-gone' });
    const taken = await takeAway({ ...options, dryRun: false });
    assert.deepEqual(taken.unsynced, { joiner: 'joiner', table: 'held' });
    assert.match(takenAwayLines(taken, { dryRun: false }).join(' '), /nothing keeps it in sync/);
    assert.equal(pair.joiner.sql('SELECT count(*) FROM held'), '100');
    assert.equal(captures() + slots(), '');
  });
});
