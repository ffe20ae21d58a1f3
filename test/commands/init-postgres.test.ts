import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { loadGroup } from '../../src/core/group/config.ts';
import { runCli } from '../support/cli.ts';
import { type PostgresServer, postgresServers, withoutPostgres } from '../support/postgres.ts';
import { RunningCli } from '../support/running-cli.ts';
import { temporaryFolder } from '../support/tables.ts';

describe('init of replicas at PostgreSQL', { skip: withoutPostgres }, () => {
  let shop: PostgresServer;
  let stop: () => Promise<void>;
  before(async () => {
    const started = await postgresServers(['shop']);
    shop = started.servers.shop;
    stop = started.stop;
    shop.sql(`CREATE TABLE items (who int, what int, body text, PRIMARY KEY (what, who)); CREATE TABLE notes (body text);
      CREATE SCHEMA "Old"; CREATE TABLE "Old".baskets (id int PRIMARY KEY)`);
  });
  after(() => stop());

  test('a server is looked at, and its foresync.yaml is written', async (t) => {
    const cwd = temporaryFolder(t);
    const replica = ['--replica', `us-east=local:${shop.store()}`];
    const unnamed = await runCli(['init', ...replica], { cwd });
    assert.equal(unnamed.exitCode, 64, unnamed.stderr);
    assert.match(unnamed.stderr, /--table is missing\.\n.*Name one of items, "Old"\.baskets\./);
    const keyless = await runCli(['init', ...replica, '--table', 'notes'], { cwd });
    assert.notEqual(keyless.exitCode, 0);
    assert.match(keyless.stderr, /was not written/);
    assert.ok(
      keyless.stderr.replaceAll(/\s+/g, '').includes(`us-east=local:${shop.store()}`),
      keyless.stderr,
    );
    const { exitCode, stdout, stderr } = await runCli(['init', ...replica, '--table', 'items'], { cwd });
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /is written/);
    const { name, table, lead } = loadGroup(path.join(cwd, 'foresync.yaml'));
    assert.deepEqual([name, table, lead.host.kind], ['postgres', 'items', 'local']);
    assert.deepEqual(lead.store, { kind: 'postgres', path: shop.store() });
  });

  test('at a terminal its tables are proposed, and a password is refused', async (t) => {
    const cwd = temporaryFolder(t);
    const init = new RunningCli(['init'], { cwd, terminal: true });
    t.after(() => init.kill('SIGKILL'));
    await init.prints(/Its database.*: /);
    init.write('postgres://shop:secret@db1/shop\r');
    await init.prints(/A store holds a password[\s\S]*Its database.*: /);
    init.write(`${shop.store()}\r`);
    await init.prints(/Its name \[.+\]: /);
    init.write('us-east\r');
    await init.prints(/Another replica.*: /);
    init.write('\r');
    await init.prints(/items \(by what, who\), "Old"\.baskets \(by id\)[\s\S]*The table \[items\]: /);
    init.write('notes\r');
    await init.prints(/none of the tables there that have a primary key[\s\S]*The table \[items\]: /);
    init.write('public.items\r');
    await init.prints(/A name for the replicas of this table \[postgres\]: /);
    init.write('\r');
    await init.prints(/Access logs of us-east.*: /);
    init.write('\r');
    const { exitCode, stdout } = await init.ended;
    assert.equal(exitCode, 0, stdout);
    assert.equal(loadGroup(path.join(cwd, 'foresync.yaml')).table, 'public.items');
  });
});
