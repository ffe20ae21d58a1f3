import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runCli } from '../../support/cli.ts';
import { RunningCli } from '../../support/running-cli.ts';
import { database, rowsOf, schemaOf, type TestContext, temporaryFolder } from '../../support/tables.ts';
import { planLines } from '../bad-input/plan-lines.ts';

/** Two replicas of a small table, in a folder of their own with its caches. */
function shop(t: TestContext, definition = 'CREATE TABLE items(sku TEXT PRIMARY KEY, stock INTEGER)') {
  const folder = temporaryFolder(t);
  const lead = path.join(folder, 'east.db');
  const writer = database(t, lead, `PRAGMA journal_mode = WAL; ${definition}`);
  const insert = writer.prepare('INSERT INTO items(sku, stock) VALUES(?, 1)');
  for (let n = 0; n < 500; n++) insert.run(`sku-${n}`);
  writer.pragma('wal_checkpoint(TRUNCATE)');
  copyFileSync(lead, path.join(folder, 'west.db'));
  writeFileSync(
    path.join(folder, 'foresync.yaml'),
    'group: shop\ntable: items\nlead: east\nreplicas:\n  east: { store: "sqlite:east.db" }\n  west: { store: "sqlite:west.db" }\n',
  );
  const plan = (name: string, keys: string[]) =>
    writeFileSync(path.join(folder, name), `${planLines(keys).map(fromWest).join('\n')}\n`);
  plan('plan.jsonl', ['sku-1', 'sku-2', 'sku-3']);
  const env = { XDG_CACHE_HOME: path.join(folder, 'cache') };
  const cli = (...args: string[]) => runCli(args, { cwd: folder, env });
  const caches = () => {
    const cache = path.join(folder, 'cache', 'foresync');
    return existsSync(cache) ? readdirSync(cache).filter((name) => name.endsWith('.db')) : [];
  };
  return { folder, env, lead, writer, plan, cli, caches, schema: schemaOf(lead) };
}

/** Has west give every row of a plan. */
function fromWest(line: string, index: number): string {
  return index === 0 ? line : JSON.stringify({ ...JSON.parse(line), donor: 'west' });
}

const join = ['add-replica', 'eu', '--host', 'local', '--store', 'sqlite:eu.db'];

test('prefetch leaves capture and caches, and --release takes both away', async (t) => {
  const { lead, cli, caches, schema, folder, plan } = shop(t);
  const fetched = await cli('prefetch', '--json');
  assert.equal(fetched.exitCode, 0, fetched.stderr);
  assert.notDeepEqual(schemaOf(lead), schema);
  assert.equal(caches().length, 2);
  const released = await cli('prefetch', '--release');
  assert.equal(released.exitCode, 0, released.stderr);
  assert.deepEqual(schemaOf(lead), schema);
  assert.deepEqual(caches(), []);

  plan('plan.jsonl', ['sku-9']);
  const joined = JSON.parse((await cli(...join, '--json')).stdout);
  assert.equal(joined.plan, 'plan.jsonl', 'a prefetch that was released has no say any more');
  assert.equal(joined.run.plan.keys, 1);
  assert.deepEqual(rowsOf(path.join(folder, 'eu.db'), 'items'), rowsOf(lead, 'items'));
});

for (const cache of ['file', 'memory']) {
  test(`add-replica goes on from a prefetch into ${cache}, with what changed since`, async (t) => {
    const { lead, writer, cli, schema, folder, caches } = shop(t);
    assert.equal((await cli('prefetch', '--cache', cache, '--keep', '1h', '--limit', '1MiB')).exitCode, 0);
    writer.exec("UPDATE items SET stock = 7 WHERE sku = 'sku-2'; DELETE FROM items WHERE sku = 'sku-3'");
    const joined = JSON.parse((await cli(...join, '--json')).stdout);
    assert.equal(joined.run.plan.arrivedKeys, 3);
    assert.deepEqual(rowsOf(path.join(folder, 'eu.db'), 'items'), rowsOf(lead, 'items'));
    assert.deepEqual(schemaOf(lead), schema);
    assert.deepEqual(caches(), []);
  });
}

test('add-replica leaves no cache behind at a donor whose rows it did not ask for', async (t) => {
  const { cli, caches, folder, lead } = shop(t);
  assert.equal((await cli('prefetch')).exitCode, 0);
  assert.equal(caches().length, 2);
  const joined = await cli(...join, '--no-plan');
  assert.equal(joined.exitCode, 0, joined.stderr);
  assert.deepEqual(caches(), []);
  assert.deepEqual(rowsOf(path.join(folder, 'eu.db'), 'items'), rowsOf(lead, 'items'));
});

test('a cache that is too small says so, and the run does without', async (t) => {
  const { lead, cli, folder } = shop(t);
  const fetched = await cli('prefetch', '--limit', '100');
  assert.match(fetched.stderr, /Prefetch Cache of west is full/);
  assert.equal((await cli(...join)).exitCode, 0);
  assert.deepEqual(rowsOf(path.join(folder, 'eu.db'), 'items'), rowsOf(lead, 'items'));
});

test('past the prefetch timeout the snapshot goes on', async (t) => {
  const { lead, cli, folder } = shop(t);
  const joined = await cli(...join, '--prefetch-timeout', '1ms');
  assert.equal(joined.exitCode, 0, joined.stderr);
  assert.match(joined.stderr, /The prefetch timed out; the snapshot brings the rest/);
  assert.deepEqual(rowsOf(path.join(folder, 'eu.db'), 'items'), rowsOf(lead, 'items'));
});

test('killed after the table had appeared, the same command cleans up and is content', async (t) => {
  const { lead, writer, cli, folder, env, schema, caches } = shop(t);
  assert.equal((await cli('prefetch')).exitCode, 0);
  const run = new RunningCli(join, { cwd: folder, env });
  await run.says(/capture {2}done/);
  // Clean-up needs to write at the lead, and waits for this transaction.
  writer.exec('BEGIN IMMEDIATE');
  await run.says(/clean up {2}running/);
  run.kill('SIGKILL');
  await run.ended;
  writer.exec('ROLLBACK');
  assert.ok(existsSync(path.join(folder, 'eu.db')));

  const again = await cli(...join);
  assert.equal(again.exitCode, 0, again.stderr);
  assert.match(again.stderr, /An earlier run had published it/);
  assert.deepEqual(schemaOf(lead), schema);
  assert.deepEqual(caches(), []);
  assert.deepEqual(rowsOf(path.join(folder, 'eu.db'), 'items'), rowsOf(lead, 'items'));
  assert.equal((await cli(...join)).exitCode, 73, 'from now on the table is simply there');
});

test("a text in double quotes as a default does not break the application's writes", async (t) => {
  const { lead, writer, cli, folder } = shop(
    t,
    'CREATE TABLE items(sku TEXT PRIMARY KEY, stock INTEGER, label TEXT DEFAULT "none", code TEXT NOT NULL DEFAULT "x" UNIQUE ON CONFLICT REPLACE)',
  );
  assert.equal((await cli('prefetch')).exitCode, 0);
  writer.exec(
    "INSERT INTO items(sku, stock) VALUES('new', 2); INSERT OR REPLACE INTO items VALUES('newer', 3, 'l', NULL)",
  );
  assert.equal((await cli(...join)).exitCode, 0);
  assert.deepEqual(rowsOf(path.join(folder, 'eu.db'), 'items'), rowsOf(lead, 'items'));
});

test('a joiner in the place of a follower is refused, whatever link leads there', async (t) => {
  const { folder, cli } = shop(t);
  const west = path.join(folder, 'west.db');
  const rows = rowsOf(west, 'items');
  symlinkSync(west, path.join(folder, 'link.db'));
  const refused = await cli(
    'add-replica',
    'eu',
    '--host',
    'local',
    '--store',
    'sqlite:link.db',
    '--replace',
    '--no-plan',
  );
  assert.equal(refused.exitCode, 64, refused.stderr);
  assert.deepEqual(rowsOf(west, 'items'), rows);
});

test('an index that cannot be made anew is refused before a row is sent', async (t) => {
  const { lead, writer, cli, folder } = shop(t);
  writer.close();
  // The shell's SQLite takes a text in double quotes; ours, like that of careful applications, does not.
  const shell = (sql: string) => execFileSync('sqlite3', [lead, sql], { encoding: 'utf8' });
  shell('CREATE INDEX some ON items(stock) WHERE sku = "gone"');
  const schema = shell('.schema');
  const refused = await cli(...join);
  assert.equal(refused.exitCode, 65, refused.stderr);
  assert.match(
    refused.stderr,
    /The definition of items cannot be used for a new table: no such column: "gone"/,
  );
  assert.equal(shell('.schema'), schema);
  assert.ok(!existsSync(path.join(folder, 'eu.db.foresync-joining')));
});
