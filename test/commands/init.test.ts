import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { loadGroup } from '../../src/core/group/config.ts';
import { runCli } from '../support/cli.ts';
import { RunningCli } from '../support/running-cli.ts';
import { startSshd } from '../support/sshd.ts';
import { type TestContext, temporaryFolder } from '../support/tables.ts';

/** A folder with a database of two tables that have a key and one that has none. */
function folderWithShop(t: TestContext): string {
  const folder = temporaryFolder(t);
  const db = new Database(path.join(folder, 'shop.db'));
  db.exec(`CREATE TABLE items(id INTEGER PRIMARY KEY, body); INSERT INTO items VALUES (1, 'one');
    CREATE TABLE baskets(who, what, PRIMARY KEY (what, who)); CREATE TABLE notes(text)`);
  db.close();
  return folder;
}

const flags = ['--table', 'items', '--replica', 'us-east=local:shop.db'];

test('writes a commented foresync.yaml that the other commands read, for its owner alone', async (t) => {
  const cwd = folderWithShop(t);
  const more = ['--group', 'store', '--logs', 'us-east=access-*.csv', '--lead', 'us-east'];
  const { exitCode, stdout, stderr } = await runCli(['init', ...flags, ...more], { cwd });
  assert.equal(exitCode, 0, stderr);
  const file = path.join(cwd, 'foresync.yaml');
  assert.match(stdout, /foresync\.yaml is written\.\n\n→ Next: foresync analyze\n$/);
  assert.match(stderr, /us-east the lead donor/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, 'utf8');
  const [, schema = ''] = /^# yaml-language-server: \$schema=(.*)$/m.exec(text) ?? [];
  assert.ok(existsSync(decodeURI(schema)), schema);
  const group = loadGroup(file);
  assert.deepEqual([group.name, group.table, group.lead.name], ['store', 'items', 'us-east']);
  assert.deepEqual(group.lead.store, { kind: 'sqlite', path: path.join(cwd, 'shop.db') });
  assert.deepEqual(group.lead.logs, [path.join(cwd, 'access-*.csv')]);
  const doctor = await runCli(['doctor'], { cwd });
  assert.equal(doctor.exitCode, 0, doctor.stdout);
});

test('a file that is there is refused, and replaced with --replace alone, with the mode that it had', async (t) => {
  const cwd = folderWithShop(t);
  const file = path.join(cwd, 'foresync.yaml');
  writeFileSync(file, 'group: mine\n');
  chmodSync(file, 0o644);
  const refused = await runCli(['init', ...flags], { cwd });
  assert.equal(refused.exitCode, 73);
  assert.match(refused.stderr, /There is a .*foresync\.yaml already\.\n.*--replace/);
  assert.equal(readFileSync(file, 'utf8'), 'group: mine\n');
  const forced = await runCli(['init', ...flags, '--replace'], { cwd });
  assert.equal(forced.exitCode, 0, forced.stderr);
  assert.equal(loadGroup(file).name, 'shop');
  assert.equal(statSync(file).mode & 0o777, 0o644);
  assert.deepEqual(readdirSync(cwd).toSorted(), ['foresync.yaml', 'shop.db']);
});

test('nothing is written where a replica is not as it is said, unless nobody is to look', async (t) => {
  const cwd = folderWithShop(t);
  const wrong = ['--table', 'notes', '--replica', 'us-east=local:shop.db'];
  const refused = await runCli(['init', ...wrong], { cwd });
  assert.equal(refused.exitCode, 65);
  const words = refused.stderr.replaceAll(/\s+/g, ' ');
  assert.match(words, /notes has no primary key.*was not written\. .*--no-check/);
  assert.match(
    words,
    /run 'foresync init --group shop --table notes --lead us-east --replica us-east=local:\S+\/shop\.db',/,
  );
  assert.equal(refused.stdout, '');
  assert.deepEqual(readdirSync(cwd), ['shop.db']);
  const missing = await runCli(
    ['init', '--table', 'items', '--replica', 'us-east=local:shoop.db', '--json'],
    { cwd },
  );
  assert.equal(missing.exitCode, 74);
  const { written, ready, checks } = JSON.parse(missing.stdout);
  assert.deepEqual([written, ready], [false, false]);
  assert.ok(
    checks.some(({ code }: { code?: string }) => code === 'store-missing'),
    missing.stdout,
  );
  const unseen = await runCli(['init', ...wrong, '--no-check'], { cwd });
  assert.equal(unseen.exitCode, 0, unseen.stderr);
  assert.equal(loadGroup(path.join(cwd, 'foresync.yaml')).table, 'notes');
});

test('--dry-run prints the file and writes none', async (t) => {
  const cwd = folderWithShop(t);
  const { exitCode, stdout } = await runCli(['init', ...flags, '--dry-run'], { cwd });
  assert.equal(exitCode, 0);
  assert.deepEqual(readdirSync(cwd), ['shop.db']);
  mkdirSync(path.join(cwd, 'other'));
  const elsewhere = path.join(cwd, 'other', 'group.yaml');
  writeFileSync(elsewhere, stdout.replace('sqlite:shop.db', 'sqlite:../shop.db'));
  assert.equal(loadGroup(elsewhere).lead.store.path, path.join(cwd, 'shop.db'));
});

test('a store outside the folder of the file is named by its whole path', async (t) => {
  const cwd = folderWithShop(t);
  mkdirSync(path.join(cwd, 'etc'));
  const { exitCode, stdout } = await runCli(['init', ...flags, '--config', 'etc/shop.yaml'], { cwd });
  assert.equal(exitCode, 0);
  assert.match(stdout, /Next: foresync analyze LOG\.\.\. --replica us-east --config etc\/shop\.yaml\n$/);
  const text = readFileSync(path.join(cwd, 'etc/shop.yaml'), 'utf8');
  assert.ok(text.includes(`store: ${JSON.stringify(`sqlite:${cwd}/shop.db`)}`), text);
});

test('without a terminal what is missing is named, with what is here', async (t) => {
  const cwd = folderWithShop(t);
  const cases: [string[], RegExp][] = [
    [[], /--replica is missing\.\n.*--replica us-east=local:shop\.db/],
    [['--replica', 'us-east=local:shop.db'], /--table is missing\.\n.*baskets, items\./],
    [[...flags, '--lead', 'us-eats'], /'us-eats' is none of the replicas\.\n.*Did you mean us-east\?/],
    [[...flags, '--replica', 'us-east=local:b.db'], /us-east is there twice/],
    [[...flags, '--logs', 'us-wast=/x'], /'us-wast' is none of the replicas/],
  ];
  for (const [args, words] of cases) {
    const { exitCode, stderr } = await runCli(['init', ...args], { cwd });
    assert.equal(exitCode, 64, stderr);
    assert.match(stderr, words);
  }
  assert.deepEqual(readdirSync(cwd), ['shop.db']);
});

test('hosts are looked at over ssh', async (t) => {
  const cwd = folderWithShop(t);
  const sshd = await startSshd();
  t.after(() => sshd.stop());
  const west = `us-west=${sshd.destination}:${cwd}/west.db`;
  writeFileSync(path.join(cwd, 'west.db'), readFileSync(path.join(cwd, 'shop.db')));
  const env = { FORESYNC_SSH_CONFIG: sshd.configFile };
  const args = ['init', ...flags, '--replica', west];
  const good = await runCli([...args, '--dry-run', '--json'], { cwd, env });
  assert.equal(good.exitCode, 0, good.stdout + good.stderr);
  const { checks, document } = JSON.parse(good.stdout);
  assert.equal(document.replicas['us-west'].host, sshd.destination);
  assert.ok(
    checks.some(({ id, replica }: { id: string; replica: string }) => id === 'ssh' && replica === 'us-west'),
  );
  await sshd.stop();
  const lost = await runCli(args, { cwd, env });
  assert.equal(lost.exitCode, 69, lost.stderr);
  assert.ok(!existsSync(path.join(cwd, 'foresync.yaml')));
});

test('at a terminal it asks, proposes what is here, and explains an answer that cannot be', async (t) => {
  const cwd = folderWithShop(t);
  writeFileSync(path.join(cwd, 'access-1.csv'), 'time,operation,key\n');
  const init = new RunningCli(['init'], { cwd, terminal: true });
  t.after(() => init.kill('SIGKILL'));
  await init.prints(/SQLite files here: shop\.db[\s\S]*Its database.*\[shop\.db\]: /);
  init.write('shoop.db\r');
  await init.prints(/There is no file .*shoop\.db\.[\s\S]*Its database.*: /);
  init.write('\r');
  await init.prints(/Its name \[.+\]: /);
  init.write('us-east\r');
  await init.prints(/Another replica.*: /);
  init.write('shop.db\r');
  await init.prints(/Another replica.*shop\.db[\s\S]*Its name \[.+\]: /);
  init.write('us-east\r');
  await init.prints(/There is a us-east already\.[\s\S]*Its name \[.+\]: /);
  init.write('us-west\r');
  await init.prints(/us-west[\s\S]*Another replica.*: /);
  init.write('\r');
  await init.prints(/Which replica must a new one equal\? \[us-east\]: /);
  init.write('\r');
  await init.prints(/baskets \(by what, who\), items \(by id\)[\s\S]*The table \[baskets\]: /);
  init.write('notes\r');
  await init.prints(/none of the tables there that have a primary key[\s\S]*The table \[baskets\]: /);
  init.write('items\r');
  await init.prints(/A name for the replicas of this table \[shop\]: /);
  init.write('\r');
  await init.prints(/Access logs of us-east.*\[.*access\*\]: /);
  init.write('\r');
  await init.prints(/Access logs of us-west.*: /);
  init.write('-\r');
  const { exitCode, stdout } = await init.ended;
  assert.equal(exitCode, 0, stdout);
  assert.match(stdout, /is written\.[\s\S]*Next: .*foresync analyze/);
  const group = loadGroup(path.join(cwd, 'foresync.yaml'));
  assert.deepEqual([group.name, group.table, group.lead.name], ['shop', 'items', 'us-east']);
  assert.deepEqual(group.lead.logs, [path.join(cwd, 'access*')]);
});

test('ctrl-C at a question writes nothing', async (t) => {
  const cwd = folderWithShop(t);
  const init = new RunningCli(['init'], { cwd, terminal: true });
  t.after(() => init.kill('SIGKILL'));
  await init.prints(/Its database.*: /);
  init.write('\u0003');
  const { exitCode, stdout } = await init.ended;
  assert.equal(exitCode, 130);
  assert.match(stdout, /Nothing was changed\./);
  assert.deepEqual(readdirSync(cwd), ['shop.db']);
});
