import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import pg from 'pg';
import { systemClock, systemWait } from '../../../../src/core/clock.ts';
import type { Replica, ReplicaGroup } from '../../../../src/core/group/config.ts';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import { Pace } from '../../../../src/core/sync/pace.ts';
import { type PostgresServer, withoutPostgres } from '../../../support/postgres.ts';
import {
  fleetRun,
  hotRowsOf,
  isEqual,
  isHotRow,
  keyReads,
  notesOf,
  type PostgresFleet,
  postgresFleet,
} from '../../../support/postgres-standbys.ts';
import { PostgresWriter } from '../../../support/postgres-writer.ts';

describe('planned rows out of standbys that fail', { skip: withoutPostgres }, () => {
  let fleet: PostgresFleet;
  before(async () => {
    fleet = await postgresFleet(2);
    fleet.donor.sql(PostgresWriter.table);
  });
  after(() => fleet.stop());
  afterEach(() => {
    fleet.joiner.sql('DROP TABLE IF EXISTS live');
    fleet.donor.sql('SELECT pg_stat_statements_reset()');
  });

  /** A server that rows may go to by logical replication, and by nothing else. */
  function addStranger({ replicas }: ReplicaGroup): void {
    const store = { kind: 'postgres' as const, path: fleet.joiner.store('template1') };
    (replicas as Map<string, Replica>).set('stranger', {
      ...{ name: 'stranger', host: { kind: 'local' }, store, logs: [] },
    });
  }

  test('a standby that is behind the slot, and a server that is none, give nothing, and the run says so', async () => {
    const [west] = fleet.standbys as [PostgresServer, PostgresServer];
    west.sql('SELECT pg_wal_replay_pause()');
    const { options, events } = fleetRun(fleet, { west });
    addStranger(options.group);
    await addReplica(options).finally(() => west.sql('SELECT pg_wal_replay_resume()'));
    assert.match(notesOf(events), /west gives no rows: After 5 s it has not replayed/);
    assert.match(notesOf(events), /stranger gives no rows: It is a primary, and no standby of the lead/);
    assert.equal(hotRowsOf(events, 'west') + hotRowsOf(events, 'stranger'), 0);
    assert.ok(hotRowsOf(events, 'lead') > 0);
    assert.ok(keyReads(fleet.donor) > 0);
    isEqual(fleet);
  });

  test('one that dies leaves its share to the others', async () => {
    const [west, east] = fleet.standbys as [PostgresServer, PostgresServer];
    const pace = new Pace(undefined, systemClock, systemWait);
    let killed: Promise<void> | undefined;
    const { options, events } = fleetRun(fleet, { west, east }, { pace }, (event) => {
      if (killed || !isHotRow(event, 'west')) return;
      pace.pause(true);
      killed = west.stop('immediate').then(() => pace.pause(false));
    });
    await addReplica(options);
    await killed;
    await west.startAgain();
    assert.match(notesOf(events), /west stopped giving rows/);
    assert.equal(hotRowsOf(events, 'lead'), 0);
    assert.equal(
      hotRowsOf(events, 'west') + hotRowsOf(events, 'east'),
      Number(fleet.donor.sql('SELECT count(*) FROM live')),
    );
    isEqual(fleet);
  });

  test('one that hangs is gone on without, and the lead gives what it owed', async () => {
    const [west] = fleet.standbys as [PostgresServer, PostgresServer];
    let isStopped = false;
    const { options, events } = fleetRun(fleet, { west }, {}, (event) => {
      if (isStopped || !isHotRow(event, 'west')) return;
      isStopped = true;
      west.signalAll('SIGSTOP');
    });
    try {
      await addReplica(options);
    } finally {
      west.signalAll('SIGCONT');
    }
    assert.match(notesOf(events), /west stopped giving rows: It did not answer within 10 s/);
    assert.ok(hotRowsOf(events, 'lead') > 0);
    isEqual(fleet);
  });

  test('a statement that replaying cancels is asked for again', async () => {
    const [west] = fleet.standbys as [PostgresServer, PostgresServer];
    const pace = new Pace(undefined, systemClock, systemWait);
    const client = new pg.Client({ host: fleet.donor.socketFolder, user: 'postgres', database: 'postgres' });
    await client.connect();
    let cancelled: Promise<number> | undefined;
    /** Whoever reads waits at the standby as long as the lead's lock is there, and is cancelled as replaying does it. */
    const cancelOne = async (): Promise<number> => {
      await client.query('BEGIN; LOCK TABLE live IN ACCESS EXCLUSIVE MODE; SELECT pg_current_xact_id()');
      // What is written out goes to standbys.
      fleet.donor.sql("SELECT pg_logical_emit_message(true, 'test', '')");
      const isLocked =
        "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'live'::regclass";
      await until(() => west.sql(isLocked) === '1');
      pace.pause(false);
      const waits = "pg_stat_activity WHERE application_name = 'foresync' AND wait_event_type = 'Lock'";
      await until(() => west.sql(`SELECT count(*) FROM ${waits}`) === '1');
      const count = Number(west.sql(`SELECT count(pg_cancel_backend(pid)) FROM ${waits}`));
      await client.query('COMMIT');
      return count;
    };
    const { options, events } = fleetRun(fleet, { west }, { pace }, (event) => {
      if (cancelled || event.type !== 'donor' || event.donor !== 'west' || event.state !== 'ready') return;
      pace.pause(true);
      cancelled = cancelOne().finally(() => pace.pause(false));
    });
    await addReplica(options);
    assert.equal(await cancelled, 1);
    await client.end();
    assert.equal(hotRowsOf(events, 'lead'), 0);
    assert.equal(keyReads(fleet.donor), 0);
    isEqual(fleet);
  });

  test('one that is promoted gives nothing more', async () => {
    const [west, east] = fleet.standbys as [PostgresServer, PostgresServer];
    const pace = new Pace(undefined, systemClock, systemWait);
    let isPromoted = false;
    const { options, events } = fleetRun(fleet, { west, east }, { pace }, (event) => {
      if (isPromoted || !isHotRow(event, 'east')) return;
      isPromoted = true;
      assert.equal(east.sql('SELECT pg_promote(true, 30)'), 't');
      // Of no stream: the lead never had it.
      east.sql('UPDATE live SET n = -1');
    });
    await addReplica(options);
    assert.ok(isPromoted);
    // Where west was done before, the lead gives what east owed.
    assert.match(notesOf(events), /east stopped giving rows: It is a primary, and no standby of the lead/);
    assert.equal(fleet.joiner.sql('SELECT count(*) FROM live WHERE n = -1'), '0');
    isEqual(fleet);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !isSo(); tries++) await systemWait(25, new AbortController().signal);
  assert.ok(isSo());
}
