import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ForesyncError } from '../../../../src/core/errors.ts';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import { captureIdOf } from '../../../../src/core/sync/postgres/capture.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../../support/postgres.ts';
import { conninfoOf, postgresRun } from '../../../support/postgres-group.ts';
import { PostgresWriter } from '../../../support/postgres-writer.ts';

/** What a run may have done of the hand-over when it died, in SQL of the joiner's. */
const died: { when: string; sql(name: string, from: string, conninfo: string): string[] }[] = [
  { when: 'before the subscription was made', sql: () => [] },
  {
    when: 'before its place was set',
    sql: (name, _, conninfo) => [
      `CREATE SUBSCRIPTION ${name} CONNECTION '${conninfo}' PUBLICATION ${name} WITH (create_slot = false, copy_data = false, enabled = false, slot_name = '${name}')`,
    ],
  },
  {
    when: 'before it was enabled',
    sql: (name, from, conninfo) => [
      ...(died[1]?.sql(name, from, conninfo) ?? []),
      `SELECT pg_replication_origin_advance('pg_' || oid, '${from}') FROM pg_subscription`,
    ],
  },
  {
    when: 'before the checkpoint said so',
    sql: (name, from, conninfo) => [
      ...(died[2]?.sql(name, from, conninfo) ?? []),
      `ALTER SUBSCRIPTION ${name} ENABLE`,
    ],
  },
];

describe('handing over to a subscription', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
  });
  after(() => pair.stop());

  const all = 'SELECT t::text FROM live t ORDER BY id';

  /** A run whose subscription is refused when the table is in its place leaves it there, with the slot, as one does that died there. */
  async function refusedAtTheEnd(): Promise<void> {
    pair.joiner.sql(`CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
      BEGIN IF to_regclass('public.live') IS NOT NULL THEN RAISE 'none today'; END IF; END $$;
      CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE SUBSCRIPTION') EXECUTE FUNCTION refuse()`);
    const handOver = { kind: 'subscription', conninfo: conninfoOf(pair) } as const;
    await assert.rejects(
      addReplica(postgresRun(pair, 'live', { handOver }).options),
      (error) => error instanceof ForesyncError && error.code === 'subscription-refused',
    );
    pair.joiner.sql('DROP EVENT TRIGGER refuse; DROP FUNCTION refuse');
  }

  async function placed(): Promise<{ name: string; from: string }> {
    pair.donor.sql(`DROP TABLE IF EXISTS live; ${PostgresWriter.table}`);
    pair.joiner.sql('DROP TABLE IF EXISTS live');
    await refusedAtTheEnd();
    const { options } = postgresRun(pair, 'live');
    const from = pair.joiner.sql("SELECT '0/0'::pg_lsn + spooled_to FROM foresync.spooled");
    return { name: `foresync_${captureIdOf(options.group, options.joiner)}`, from };
  }

  function end(name: string): void {
    pair.joiner.sql(`DROP SUBSCRIPTION ${name}`);
    pair.donor.sql(`DROP PUBLICATION ${name}`);
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
  }

  for (const [place, { when, sql }] of died.entries())
    test(`a run that died ${when} is gone on with, under a writer, and no change is lost or applied twice`, async () => {
      const conninfo = conninfoOf(pair);
      const { name, from } = await placed();
      const writer = new PostgresWriter(pair.donor, place + 1);
      try {
        while (writer.commits < 20) await new Promise((resolve) => setTimeout(resolve, 10));
        for (const statement of sql(name, from, conninfo)) pair.joiner.sql(statement);
        await addReplica(postgresRun(pair, 'live', { handOver: { kind: 'subscription', conninfo } }).options);
      } finally {
        await writer.stop();
      }
      const wanted = pair.donor.sql(all);
      for (let tries = 0; tries < 400 && pair.joiner.sql(all) !== wanted; tries++)
        await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(pair.joiner.sql(all), wanted);
      assert.equal(pair.joiner.sql('SELECT sum(apply_error_count) FROM pg_stat_subscription_stats'), '0');
      assert.equal(pair.joiner.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'foresync'"), '0');
      end(name);
    });

  test('a donor that crashed gives changes again that the joiner has, and none is applied twice', async () => {
    pair.donor.sql(`DROP TABLE IF EXISTS live; ${PostgresWriter.table}`);
    pair.joiner.sql('DROP TABLE IF EXISTS live');
    const writer = new PostgresWriter(pair.donor, 9);
    const handOver = { kind: 'subscription', conninfo: conninfoOf(pair) } as const;
    const { options } = postgresRun(pair, 'live', { handOver });
    const name = `foresync_${captureIdOf(options.group, options.joiner)}`;
    try {
      await refusedAtTheEnd();
      const confirmed = `SELECT confirmed_flush_lsn < '0/0'::pg_lsn + ${pair.joiner.sql('SELECT spooled_to FROM foresync.spooled')} FROM pg_replication_slots`;
      assert.equal(pair.donor.sql(confirmed), 'f');
      await pair.donor.stop('immediate');
      await pair.donor.startAgain();
      // What was confirmed last was in memory alone.
      assert.equal(pair.donor.sql(confirmed), 't');
      await addReplica(options);
    } finally {
      await writer.stop();
    }
    const wanted = pair.donor.sql(all);
    for (let tries = 0; tries < 400 && pair.joiner.sql(all) !== wanted; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(pair.joiner.sql(all), wanted);
    assert.equal(pair.joiner.sql('SELECT sum(apply_error_count) FROM pg_stat_subscription_stats'), '0');
    end(name);
  });

  test('a connection that cannot be had is refused before anything begins, and its password is in no log', async () => {
    pair.donor.sql(`DROP TABLE IF EXISTS live; ${PostgresWriter.table}`);
    pair.joiner.sql('DROP TABLE IF EXISTS live');
    const conninfo = 'host=/nowhere dbname=none password=s3cret';
    const { options, events } = postgresRun(pair, 'live', { handOver: { kind: 'subscription', conninfo } });
    await assert.rejects(
      addReplica(options),
      (error) =>
        error instanceof ForesyncError &&
        error.code === 'subscription-refused' &&
        /could not connect to the publisher/.test(error.message),
    );
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'phase' ? [event.phase] : [])),
      ['connect', 'connect'],
    );
    const left =
      "SELECT (SELECT count(*) FROM pg_subscription) + (SELECT count(*) FROM pg_replication_origin) + (SELECT count(*) FROM pg_namespace WHERE nspname = 'foresync')";
    assert.equal(pair.joiner.sql(left), '0');
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
    assert.match(pair.joiner.log, /could not connect to the publisher/);
    assert.doesNotMatch(pair.joiner.log, /s3cret/);
  });

  test('a slot that somebody else has read past the joiner is refused, for the changes between would be lost', async () => {
    const { name } = await placed();
    pair.donor.sql("UPDATE live SET note = 'lost' WHERE id = 1");
    pair.donor.sql(`SELECT pg_replication_slot_advance('${name}', pg_current_wal_lsn())`);
    const handOver = { kind: 'subscription', conninfo: conninfoOf(pair) } as const;
    await assert.rejects(
      addReplica(postgresRun(pair, 'live', { handOver }).options),
      (error) => error instanceof ForesyncError && error.code === 'hand-over-late',
    );
    assert.equal(pair.joiner.sql('SELECT count(*) FROM pg_subscription'), '0');
    pair.donor.sql(`SELECT pg_drop_replication_slot('${name}'); DROP PUBLICATION ${name}`);
  });
});
