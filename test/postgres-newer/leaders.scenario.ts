import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ForesyncError } from '../../src/core/errors.ts';
import {
  all,
  join,
  LeadingWriters,
  leadingServers,
  serverNames as names,
  type ServerName,
  type Servers,
  takeOut,
  until,
} from '../support/postgres-leaders.ts';

describe('a group with several leaders', () => {
  let servers: Servers;
  let stop: () => Promise<void> = async () => undefined;
  before(async () => {
    ({ servers, stop } = await leadingServers());
  });
  after(() => stop());

  /** What is written at each arrives at all. */
  async function endsEqual(): Promise<void> {
    for (const [place, name] of names.entries()) {
      const id = 90_000_000 + place;
      servers[name].sql(
        `INSERT INTO shop VALUES (${id}, 0, 'at ${name}'); UPDATE shop SET note = 'changed at ${name}' WHERE id = ${place}`,
      );
    }
    const arrived = "SELECT count(*) FROM shop WHERE id >= 90000000 OR note LIKE 'changed at %'";
    const contents = () => names.map((name) => servers[name].sql(all));
    await until(() => names.every((name) => servers[name].sql(arrived) === '6'));
    await until(() => new Set(contents()).size === 1);
    for (const name of names) {
      const errors = 'SELECT coalesce(sum(apply_error_count), 0) FROM pg_stat_subscription_stats';
      assert.equal(servers[name].sql(errors), '0', name);
      assert.equal(servers[name].sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'foresync'"), '0');
      assert.equal(servers[name].sql('SELECT count(*) FROM pg_subscription WHERE subenabled'), '2');
      assert.equal(servers[name].sql('SELECT count(*) FROM pg_replication_slots'), '2');
    }
    assert.equal(
      servers.joiner.sql("SELECT count(*) FROM pg_replication_origin WHERE roname LIKE 'foresync%'"),
      '0',
    );
  }

  test('is joined while all of it is written at, and what is written at each arrives at all', async () => {
    const writers = new LeadingWriters(servers);
    try {
      await until(() => writers.commits > 20);
      await join(servers);
      const { commits } = writers;
      await until(() => writers.commits > commits + 20);
    } finally {
      await writers.stop();
    }
    await endsEqual();
    takeOut(servers);
  });

  /** Where the run is cut: the server, the statement's kind, and which one of them it is. */
  const cuts: [when: string, at: ServerName, tag: string, nth: number][] = [
    ['before its table was published', 'joiner', 'CREATE PUBLICATION', 1],
    ['before its table was in its place', 'joiner', 'ALTER TABLE', 1],
    ['before the other leader published', 'west', 'CREATE PUBLICATION', 1],
    ['before it subscribed', 'joiner', 'CREATE SUBSCRIPTION', 1],
    ['between its subscriptions', 'joiner', 'CREATE SUBSCRIPTION', 2],
    ['before its subscriptions were enabled', 'joiner', 'ALTER SUBSCRIPTION', 1],
    ['while its subscriptions were enabled', 'joiner', 'ALTER SUBSCRIPTION', 2],
    ['before the lead subscribed to it', 'east', 'CREATE SUBSCRIPTION', 1],
    ['before the other leader subscribed to it', 'west', 'CREATE SUBSCRIPTION', 1],
    ['before the checkpoint was taken away', 'joiner', 'DROP TABLE', 1],
  ];

  for (const [when, at, tag, nth] of cuts)
    test(`a run that was cut ${when} is gone on with under all writers, and nothing is lost or comes twice`, async () => {
      servers[at].sql(cutting(tag, nth));
      const writers = new LeadingWriters(servers);
      try {
        await until(() => writers.commits > 10);
        await assert.rejects(
          join(servers),
          (error) => error instanceof ForesyncError && error.code !== 'defect',
        );
        const { commits } = writers;
        await until(() => writers.commits > commits + 40);
        servers[at].sql('DROP EVENT TRIGGER cut');
        await join(servers);
      } finally {
        servers[at].sql('DROP EVENT TRIGGER IF EXISTS cut');
        await writers.stop();
      }
      await endsEqual();
      takeOut(servers);
    });
});

/** Ends foresync's connection before the nth statement of a kind. */
function cutting(tag: string, nth: number): string {
  return `CREATE SEQUENCE IF NOT EXISTS cuts; SELECT setval('cuts', 1, false);
    CREATE OR REPLACE FUNCTION cut() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
      IF current_setting('application_name') = 'foresync' AND pg_catalog.nextval('public.cuts') = ${nth} THEN PERFORM pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid()); END IF; END $$;
    CREATE EVENT TRIGGER cut ON ddl_command_start WHEN TAG IN ('${tag}') EXECUTE FUNCTION cut()`;
}
