import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCli } from '../../support/cli.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../support/postgres.ts';
import { conninfoOf } from '../../support/postgres-group.ts';
import { RunningCli } from '../../support/running-cli.ts';
import { startSshd } from '../../support/sshd.ts';
import { temporaryFolder } from '../../support/tables.ts';

describe('foresync between PostgreSQL servers', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
  });
  after(() => pair.stop());

  /** As an operator would, who has no more use for what was handed over. */
  function endReplication(): void {
    const name = pair.joiner.sql('SELECT subname FROM pg_subscription');
    pair.joiner.sql(`DROP SUBSCRIPTION ${name}`);
    pair.donor.sql(`DROP PUBLICATION ${name}`);
  }

  function folderFor(t: { after(work: () => unknown): void }, table: string): string {
    const folder = temporaryFolder(t as never);
    const document = {
      group: 'shop',
      table,
      lead: 'east',
      replicas: { east: { store: pair.donor.store() } },
    };
    writeFileSync(path.join(folder, 'foresync.yaml'), JSON.stringify(document));
    return folder;
  }

  test('a replica is added by the command, and its subscription goes on', async (t) => {
    pair.donor.sql(
      'CREATE SCHEMA "Shop"; CREATE TABLE "Shop"."My Items" (a int, b text, c jsonb, PRIMARY KEY (a, b)); INSERT INTO "Shop"."My Items" SELECT g, \'b\' || g, \'{}\' FROM generate_series(1, 20000) g',
    );
    pair.joiner.sql('CREATE SCHEMA "Shop"');
    const folder = folderFor(t, '"Shop"."My Items"');
    const args = ['add-replica', 'west', '--host', 'local', '--store', pair.joiner.store(), '--no-plan'];
    const dry = await runCli([...args, '--dry-run'], { cwd: folder });
    assert.equal(dry.exitCode, 0, dry.stdout + dry.stderr);
    const done = await runCli([...args, '--json', '--progress', 'plain'], { cwd: folder });
    assert.equal(done.exitCode, 0, done.stderr);
    assert.equal(JSON.parse(done.stdout).rows, 20_000);
    pair.donor.sql('INSERT INTO "Shop"."My Items" VALUES (0, \'late\', NULL)');
    const count = 'SELECT count(*) FROM "Shop"."My Items"';
    for (let tries = 0; tries < 200 && pair.joiner.sql(count) !== '20001'; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(pair.joiner.sql(count), '20001');
    endReplication();
  });

  test('stopped in the middle it goes on, and aborted it leaves nothing', async (t) => {
    pair.donor.sql(
      'CREATE TABLE large AS SELECT g::bigint AS id, repeat(md5(g::text), 8) AS body FROM generate_series(1, 60000) g; ALTER TABLE large ADD PRIMARY KEY (id)',
    );
    const folder = folderFor(t, 'large');
    const args = [
      'add-replica',
      'west',
      '--host',
      'local',
      '--store',
      pair.joiner.store(),
      '--no-plan',
      '--bwlimit',
      '1MB',
    ];
    const run = new RunningCli([...args, '--hand-over', 'none', '--progress', 'plain'], { cwd: folder });
    await run.says(/snapshot/i);
    run.kill('SIGINT');
    const stopped = await run.ended;
    assert.equal(stopped.exitCode, 75, stopped.stderr);
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '1');
    const status = await runCli(['status'], { cwd: folder });
    assert.match(status.stdout, /SLOTS AT POSTGRESQL LEADS\n. foresync_\w+ at east {2}left by a run\n/);
    assert.match(status.stdout, /The lead keeps [\d.]+ \w+ of\s+WAL\s+for it/);
    const one = JSON.parse((await runCli(['status', '--json'], { cwd: folder })).stdout);
    const [{ name, runId, use }] = one.slots;
    assert.deepEqual([use, runId], ['copy', one.unfinished[0].id]);
    const config = path.join(folder, 'foresync.yaml');
    const kept = readFileSync(config, 'utf8');
    writeFileSync(config, kept.replaceAll('/donor', '/nowhere'));
    const unknown = await runCli(['status', '--json'], { cwd: folder });
    const [lost] = JSON.parse(unknown.stdout).slotsNotKnown;
    assert.deepEqual([unknown.exitCode, lost.lead], [0, 'east']);
    assert.match(lost.reason, /^The server at .* cannot be had/);
    writeFileSync(config, kept);
    const other = temporaryFolder(t);
    const fromThere = ['cleanup', name, '--config', path.join(folder, 'foresync.yaml')];
    const told = await runCli([...fromThere, '--dry-run'], { cwd: other });
    assert.match(told.stdout, new RegExp(`The slot ${name} at east would go`));
    const taken = await runCli([...fromThere, '--yes', '--json'], { cwd: other });
    assert.deepEqual([taken.exitCode, JSON.parse(taken.stdout).slot.name], [0, name], taken.stderr);
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
    const nothing = await runCli([...fromThere, '--yes'], { cwd: other });
    assert.deepEqual([nothing.exitCode, nothing.stdout.includes('nothing to take away')], [0, true]);
    const aborted = await runCli(['abort', '--yes'], { cwd: folder });
    assert.equal(aborted.exitCode, 0, aborted.stderr);
    assert.match(aborted.stdout, /foresync_building_/);
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_publication'), '0');
    assert.equal(pair.joiner.sql("SELECT count(*) FROM pg_class WHERE relname LIKE 'foresync%'"), '0');
    assert.equal(pair.joiner.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'foresync'"), '0');
  });

  test('a password in a store is refused, and one in the connection of the subscription is not kept', async (t) => {
    const folder = folderFor(t, 'large');
    const refused = await runCli(
      ['add-replica', 'x', '--host', 'local', '--store', 'postgres://me:secret@host/db'],
      { cwd: folder },
    );
    assert.equal(refused.exitCode, 78);
    assert.doesNotMatch(refused.stdout + refused.stderr, /secret/);
    const store = pair.joiner.store();
    const conninfo = `${conninfoOf(pair)} password=hush-hush`;
    const done = await runCli(
      ['add-replica', 'west', '--host', 'local', '--store', store, '--no-plan', '--progress', 'plain'],
      {
        cwd: folder,
        env: { FORESYNC_CONNINFO: conninfo },
      },
    );
    assert.equal(done.exitCode, 0, done.stderr);
    assert.doesNotMatch(done.stdout + done.stderr, /hush-hush/);
    assert.equal(readFileSync(path.join(folder, 'foresync.db')).includes('hush-hush'), false);
    endReplication();
  });

  test('a host is reached by ssh, the server there by its socket, and the login is found at that host', async (t) => {
    const sshd = await startSshd({
      env: { PGUSER: 'postgres', PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` },
    });
    t.after(() => sshd.stop());
    const folder = folderFor(t, 'large');
    pair.joiner.sql('DROP TABLE IF EXISTS large');
    const store = pair.joiner.store().replace('postgres@', '');
    const done = await runCli(
      [
        'add-replica',
        'west',
        '--host',
        sshd.destination,
        '--store',
        store,
        '--no-plan',
        '--hand-over',
        'none',
        '--json',
      ],
      { cwd: folder, env: { FORESYNC_SSH_CONFIG: sshd.configFile } },
    );
    assert.equal(done.exitCode, 0, done.stderr);
    assert.equal(pair.joiner.sql('SELECT count(*) FROM large'), '60000');
    const unknown = await runCli(
      ['add-replica', 'south', '--host', sshd.destination, '--store', store, '--no-plan', '--replace'],
      { cwd: folder, env: { FORESYNC_SSH_CONFIG: sshd.configFile } },
    );
    assert.equal(unknown.exitCode, 78);
    assert.match(unknown.stderr, /--subscription-conninfo/);
  });

  test('a group of both kinds of stores is refused by name', async (t) => {
    const folder = folderFor(t, 'large');
    const mixed = await runCli(['add-replica', 'x', '--host', 'local', '--store', 'sqlite:x.db'], {
      cwd: folder,
    });
    assert.equal(mixed.exitCode, 78);
    assert.match(mixed.stderr, /east is at PostgreSQL, and x is to be at SQLite/);
  });
});
