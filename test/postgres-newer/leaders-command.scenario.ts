import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ForesyncError } from '../../src/core/errors.ts';
import { addReplica } from '../../src/core/sync/add-replica.ts';
import { runCli } from '../support/cli.ts';
import { watchedRunTo } from '../support/local-group.ts';
import {
  all,
  join,
  joinOf,
  leadingServers,
  type Servers,
  serverNames,
  takeOut,
  until,
} from '../support/postgres-leaders.ts';
import { temporaryFolder } from '../support/tables.ts';

describe('several leaders, as an operator has them', () => {
  let servers: Servers;
  let stop: () => Promise<void> = async () => undefined;
  before(async () => {
    ({ servers, stop } = await leadingServers());
  });
  after(() => stop());

  const counts = (sql: string) => serverNames.map((name) => servers[name].sql(sql));

  function folderFor(t: { after(work: () => unknown): void }): string {
    const folder = temporaryFolder(t as never);
    const { east, west } = servers;
    const replicas = { east: { store: east.store() }, west: { store: west.store() } };
    const document = { group: 'shop', table: 'shop', lead: 'east', leaders: ['east', 'west'], replicas };
    writeFileSync(path.join(folder, 'foresync.yaml'), JSON.stringify(document));
    return folder;
  }

  const add = () => [
    'add-replica',
    'north',
    '--host',
    'local',
    '--store',
    servers.joiner.store(),
    '--no-plan',
  ];

  test('a run that was aborted before all leaders subscribed has left nothing at any of them', async (t) => {
    const folder = folderFor(t);
    const passwords = ['east', 'west', 'north'].map((name) => {
      const { socketFolder } = servers[name === 'north' ? 'joiner' : (name as 'east')];
      return `${name}=host=${socketFolder} user=postgres password=hush-hush`;
    });
    const conninfos = passwords.flatMap((words) => ['--subscription-conninfo', words]);
    // Not yet when it is tried at the beginning: the joiner's slot comes when its table is in its place.
    servers.west.sql(`CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT FROM pg_replication_slots WHERE slot_name LIKE 'foresync%') THEN RAISE 'not today' USING ERRCODE = '42501'; END IF;
      END $$;
      CREATE EVENT TRIGGER refused ON ddl_command_start WHEN TAG IN ('CREATE SUBSCRIPTION') EXECUTE FUNCTION refuse()`);
    const failed = await runCli([...add(), ...conninfos, '--progress', 'plain'], { cwd: folder });
    servers.west.sql('DROP EVENT TRIGGER refused');
    assert.equal(failed.exitCode, 77, failed.stderr);
    assert.match(failed.stderr, /not today/);
    assert.doesNotMatch(failed.stdout + failed.stderr, /hush-hush/);
    assert.equal(readFileSync(path.join(folder, 'foresync.db')).includes('hush-hush'), false);
    assert.deepEqual(counts('SELECT count(*) FROM pg_subscription'), ['2', '1', '2']);
    const aborted = await runCli(['abort', '--yes'], { cwd: folder });
    assert.equal(aborted.exitCode, 0, aborted.stderr);
    assert.deepEqual(counts('SELECT count(*) FROM pg_subscription'), ['1', '1', '0']);
    assert.deepEqual(counts('SELECT count(*) FROM pg_publication'), ['1', '1', '0']);
    assert.deepEqual(counts('SELECT count(*) FROM pg_replication_slots'), ['1', '1', '0']);
    assert.deepEqual(counts("SELECT count(*) FROM pg_replication_origin WHERE roname LIKE 'fore%'"), [
      '0',
      '0',
      '0',
    ]);
    assert.equal(servers.joiner.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'foresync'"), '0');
    servers.joiner.sql('DROP TABLE shop');
  });

  test('where nobody writes a replica joins as well, and doctor and a dry run say what would be done', async (t) => {
    const folder = folderFor(t);
    const dry = await runCli([...add(), '--dry-run'], { cwd: folder });
    assert.equal(dry.exitCode, 0, dry.stdout + dry.stderr);
    const doctor = await runCli(['doctor'], { cwd: folder });
    assert.equal(doctor.exitCode, 0, doctor.stdout + doctor.stderr);
    assert.match(doctor.stdout, /has the changes of 1 other leader/);
    const done = await runCli([...add(), '--json', '--progress', 'plain'], { cwd: folder });
    assert.equal(done.exitCode, 0, done.stderr);
    assert.equal(JSON.parse(done.stdout).rows, 6000);
    for (const name of serverNames)
      servers[name].sql(`UPDATE shop SET n = n + 1 WHERE id = ${serverNames.indexOf(name)}`);
    await until(() => counts('SELECT sum(n) FROM shop').every((sum) => sum === '3'));
    assert.equal(new Set(counts(all)).size, 1);
    takeOut(servers);
  });

  test('a lead that is behind another leader is waited for', async () => {
    const { group, joiner, handOver } = joinOf(servers);
    let held: string | undefined;
    const { options, events } = watchedRunTo(group, joiner.store, { handOver }, async (event) => {
      if (event.type === 'phase' && event.phase === 'publish' && event.state === 'running') {
        // Its own changes wait behind the lock, which is held by a transaction that was prepared.
        servers.east.sql("BEGIN; UPDATE shop SET n = 100 WHERE id = 10; PREPARE TRANSACTION 'held'");
        servers.west.sql("UPDATE shop SET n = 7 WHERE id = 10; UPDATE shop SET note = 'late' WHERE id = 11");
        held = servers.east.sql('SELECT gid FROM pg_prepared_xacts');
      }
      if (event.type === 'note' && event.text.startsWith('Waiting for east to have the changes of west'))
        servers.east.sql("ROLLBACK PREPARED 'held'");
    });
    await addReplica(options);
    assert.equal(held, 'held');
    assert.ok(events.some((event) => event.type === 'note' && event.text.startsWith('Waiting for east')));
    await until(() => counts('SELECT note FROM shop WHERE id = 11').every((note) => note === 'late'));
    await sleep(200);
    assert.equal(new Set(counts(all)).size, 1);
    assert.equal(servers.joiner.sql('SELECT n FROM shop WHERE id = 10'), '7');
    takeOut(servers);
  });

  for (const { what, wrong, right, code } of [
    {
      what: 'a leader that brings what others wrote',
      wrong: 'ALTER SUBSCRIPTION east_from_west SET (origin = any)',
      right: 'ALTER SUBSCRIPTION east_from_west SET (origin = none)',
      code: 'leader-unready',
    },
    {
      what: 'a leader whose changes the lead does not take',
      wrong: 'ALTER SUBSCRIPTION east_from_west DISABLE',
      right: 'ALTER SUBSCRIPTION east_from_west ENABLE',
      code: 'leader-unready',
    },
    {
      what: 'a subscription of the lead to none of the leaders',
      wrong:
        "CREATE SUBSCRIPTION other CONNECTION 'host=/nowhere' PUBLICATION shop WITH (connect = false, slot_name = 'elsewhere'); INSERT INTO pg_subscription_rel SELECT oid, 'shop'::regclass, 'r' FROM pg_subscription WHERE subname = 'other'",
      right: 'ALTER SUBSCRIPTION other SET (slot_name = NONE); DROP SUBSCRIPTION other',
      code: 'leader-unnamed',
    },
  ])
    test(`${what} is refused by name, and leaves nothing`, async () => {
      servers.east.sql(`SET allow_system_table_mods = on; ${wrong}`);
      try {
        await assert.rejects(join(servers), (error) => error instanceof ForesyncError && error.code === code);
      } finally {
        servers.east.sql(right);
      }
      assert.deepEqual(counts('SELECT count(*) FROM pg_replication_slots'), ['1', '1', '0']);
    });
});
