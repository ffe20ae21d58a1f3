import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { type CliResult, runCli } from '../support/cli.ts';
import { freePort } from '../support/free-port.ts';
import { RunningCli } from '../support/running-cli.ts';
import { startSshd, type TestSshd } from '../support/sshd.ts';
import { database, type TestContext, temporaryFolder } from '../support/tables.ts';

let sshd: TestSshd;
before(async () => {
  sshd = await startSshd();
});
after(() => sshd.stop());

interface Shop {
  folder: string;
  run(...args: string[]): Promise<CliResult>;
}

interface FlatCheck {
  role: string;
  replica?: string;
  host: string;
  id: string;
  level: string;
  text: string;
  hint?: string;
  code?: string;
}

interface Answer {
  ready: boolean;
  failures: number;
  warnings: number;
  exitCode: number;
  checks: FlatCheck[];
}

const items = `CREATE TABLE items(k TEXT PRIMARY KEY, v); INSERT INTO items VALUES('a', 1), ('b', 2)`;

/** A folder with stores `east.db`, at this machine, and `west.db`, at the sshd's, and a foresync.yaml. */
function shop(
  t: TestContext,
  { east = items, west = items, wal = true, westHost = sshd.destination } = {},
): Shop {
  const folder = temporaryFolder(t);
  for (const [name, sql] of Object.entries({ east, west })) {
    const db = database(t, path.join(folder, `${name}.db`));
    if (wal) db.pragma('journal_mode = WAL');
    db.exec(sql);
    db.close();
  }
  const replicas = {
    east: { store: 'sqlite:east.db' },
    west: { host: westHost, store: `sqlite:${folder}/west.db` },
  };
  writeFileSync(
    path.join(folder, 'foresync.yaml'),
    JSON.stringify({ group: 'shop', table: 'items', lead: 'east', replicas }),
  );
  const env = {
    FORESYNC_SSH_CONFIG: sshd.configFile,
    FORESYNC_STATE: undefined,
    FORESYNC_CONFIG: undefined,
    XDG_CACHE_HOME: path.join(folder, 'cache'),
    LC_ALL: 'C.UTF-8',
  };
  return { folder, run: (...args) => runCli(args, { cwd: folder, env }) };
}

async function answer(run: Promise<CliResult>): Promise<Answer & { exit: number | null }> {
  const { exitCode, stdout, stderr } = await run;
  assert.equal(stderr, '');
  return { ...(JSON.parse(stdout) as Answer), exit: exitCode };
}

const joiner = (folder: string, more: string[] = []) => [
  ...['doctor', 'eu', '--host', sshd.destination, '--store', `sqlite:${folder}/eu.db`],
  ...more,
];

/** Names, sizes and bytes of all files of a folder but the agent's cache. */
function contents(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(folder, name)).isFile() && !name.startsWith('cache/'))
    .map((name) => `${name} ${hash('sha256', readFileSync(path.join(folder, name)), 'hex')}`)
    .toSorted();
}

test('a group that is well is ready, and nothing of it is touched', async (t) => {
  const { folder, run } = shop(t);
  const before = contents(folder);
  const { exit, ready, checks } = await answer(run(...joiner(folder, ['--json'])));
  assert.deepEqual([exit, ready], [0, true]);
  assert.deepEqual([...new Set(checks.map(({ role }) => role))], ['here', 'lead', 'donor', 'joiner']);
  const west = checks.filter(({ replica }) => replica === 'west');
  assert.deepEqual(
    west.map(({ id }) => id),
    ['ssh', 'system', 'node', 'agent', 'clock', 'store', 'journal', 'table', 'definition', 'left', 'room'],
  );
  assert.ok(west.every(({ host, level }) => host === sshd.destination && level === 'ok'));
  assert.deepEqual(contents(folder), before);
  const plain = await run(...joiner(folder));
  assert.deepEqual([plain.exitCode, plain.stderr], [0, '']);
  assert.match(plain.stdout, /\n {2}eu the joiner, at foresync-test\n {2}✓ ssh /);
  assert.match(
    plain.stdout,
    /\n\nReady\.\n\n→ Next: foresync add-replica eu --host foresync-test --store \S+\n$/,
  );
  const [page = ''] = plain.stdout.split('→ Next');
  assert.ok(page.split('\n').every((line) => line.length < 80));
  assert.deepEqual(contents(folder), before);
});

test('files that an application has open in WAL mode, or left half checkpointed, are not touched', async (t) => {
  const { folder, run } = shop(t);
  const writer = database(t, path.join(folder, 'east.db'));
  writer.exec("INSERT INTO items VALUES('c', 3)");
  const withoutIndex = () => contents(folder).filter((line) => !/^\S+-shm /.test(line));
  const before = withoutIndex();
  assert.ok(before.some((line) => line.startsWith('east.db-wal ')));
  const { checks } = await answer(run('doctor', '--json'));
  assert.match(checks.find(({ role, id }) => role === 'lead' && id === 'table')?.text ?? '', /3 rows/);
  assert.deepEqual(withoutIndex(), before);
});

test('a rollback journal and a table that differs are warnings, which fail nothing', async (t) => {
  const west = `CREATE TABLE items(k TEXT PRIMARY KEY, v, w); CREATE TABLE \`it's\`(a);
    CREATE TRIGGER "t\u001b[2J" AFTER INSERT ON items BEGIN SELECT 1; END; CREATE VIEW seen AS SELECT * FROM items`;
  const { run } = shop(t, { west, wal: false });
  const { exit, warnings, failures, checks } = await answer(run('doctor', '--json'));
  const warned = checks.filter(({ level }) => level === 'warning');
  assert.deepEqual([exit, failures, warnings], [0, 0, 2]);
  assert.deepEqual(
    warned.map(({ role, id }) => `${role} ${id}`),
    ['lead journal', 'donor definition'],
  );
  assert.ok(warned.every(({ hint }) => hint));
  const plain = await run('doctor');
  assert.match(plain.stdout, /Ready\. 2 warnings\.\n\n→ Next: foresync analyze\n$/);
  assert.match(plain.stdout, /not copied: 1 trigger \(t\\u001b\[2J\) and 1 view \(seen\)/);
  assert.match(plain.stdout, /\n {19}sqlite3 \S+\/east\.db 'PRAGMA journal_mode = WAL'\n/);
  assert.ok(!plain.stdout.includes('\u001b'));
});

test('a host that cannot be reached is told with what to do, and keeps nobody else from being looked at', async (t) => {
  const { run } = shop(t, { westHost: 'nowhere.invalid' });
  const { exit, checks, failures } = await answer(run('doctor', '--json'));
  assert.deepEqual([exit, failures], [69, 1]);
  const failed = checks.filter(({ replica }) => replica === 'west');
  assert.deepEqual(
    failed.map(({ id, level, code }) => [id, level, code]),
    [['ssh', 'failure', 'host-unreachable']],
  );
  assert.ok(checks.some(({ role, id, level }) => role === 'lead' && id === 'table' && level === 'ok'));
  const plain = await run('doctor');
  assert.match(plain.stdout, /✗ ssh +Cannot reach nowhere\.invalid/);
  assert.match(plain.stdout, /→ Try it by hand: ssh nowhere\.invalid/);
  assert.match(plain.stdout, /\n1 failure\.\n$/);
});

test("a server that cannot be had is no fault of its host's agent", async (t) => {
  const folder = temporaryFolder(t);
  const store = `postgres://shop@127.0.0.1:${await freePort()}/shop`;
  writeFileSync(
    path.join(folder, 'foresync.yaml'),
    `group: shop\ntable: items\nlead: east\nreplicas:\n  east: { host: local, store: '${store}' }\n`,
  );
  const { exit, checks } = await answer(runCli(['doctor', '--json'], { cwd: folder }));
  const failed = checks.filter(({ level }) => level === 'failure');
  assert.deepEqual(
    failed.map(({ id, code }) => [id, code]),
    [['store', 'store-unreachable']],
  );
  assert.equal(exit, 69);
});

test('what add-replica refuses, doctor refuses with the same code, before anything starts', async (t) => {
  const cases: { east?: string; arrange?: (folder: string) => void; store?: string; code: string }[] = [
    { east: 'CREATE TABLE other(a)', code: 'table-missing' },
    { east: 'CREATE TABLE items(a)', code: 'table-without-key' },
    { east: 'CREATE TABLE t(a); CREATE VIEW items AS SELECT * FROM t', code: 'table-is-view' },
    {
      code: 'store-corrupt',
      arrange: (folder) => writeFileSync(path.join(folder, 'east.db'), 'x'.repeat(5000)),
    },
    { code: 'joiner-folder-missing', store: 'nowhere/eu.db' },
    { code: 'joiner-is-donor', store: 'east.db' },
    {
      code: 'joiner-has-table',
      arrange: (folder) => database(t, path.join(folder, 'eu.db'), 'CREATE TABLE items(a)').close(),
    },
    {
      code: 'joiner-clash',
      east: `${items}; CREATE INDEX taken ON items(v)`,
      arrange: (folder) => database(t, path.join(folder, 'eu.db'), 'CREATE TABLE taken(a)').close(),
    },
  ];
  for (const { east = items, arrange, store = 'eu.db', code } of cases) {
    const { folder, run } = shop(t, { east, westHost: 'local' });
    arrange?.(folder);
    const line = ['eu', '--host', 'local', '--store', `sqlite:${store}`, '--json'];
    const found = await answer(run('doctor', ...line));
    const refused = await run('add-replica', ...line);
    const { error } = JSON.parse(refused.stdout) as { error: { code: string; exitCode: number } };
    assert.deepEqual([error.code, error.exitCode], [code, found.exit]);
    const failures = found.checks.filter(({ level }) => level === 'failure');
    assert.ok(
      failures.some((check) => check.code === code && check.hint),
      JSON.stringify(failures),
    );
  }
});

test('what a prefetch left is known, and no cause for alarm; without its Delta Log a cache is', async (t) => {
  const { folder, run } = shop(t);
  const header = {
    ...{
      kind: 'foresync.plan',
      version: 1,
      group: 'shop',
      table: 'items',
      origin: '2020-01-01T00:00:00.000Z',
    },
    ...{ horizonMs: 86_400_000, model: 'auto', minConfidence: 0, entries: 1, expectedHitRate: 0.5 },
  };
  const entry = { key: 'a', confidence: 0.9, expectedAt: '2020-01-01T01:00:00.000Z', expectedReads: 1 };
  const more = { expectedWrites: 0, donor: 'west', model: 'test' };
  writeFileSync(
    path.join(folder, 'plan.jsonl'),
    `${JSON.stringify(header)}\n${JSON.stringify({ ...entry, ...more })}\n`,
  );
  assert.equal((await run('prefetch')).exitCode, 0);
  const left = async () => {
    const { exit, checks } = await answer(run('doctor', '--json'));
    assert.equal(exit, 0);
    const plan = checks.find(({ id }) => id === 'plan');
    assert.deepEqual([plan?.level, /1 key; it is stale/.test(plan?.text ?? '')], ['warning', true]);
    return checks.filter(({ id }) => id === 'left').map(({ role, level }) => `${role} ${level}`);
  };
  assert.deepEqual(await left(), ['lead info', 'lead info', 'donor info']);
  const east = database(t, path.join(folder, 'east.db'));
  const names = east
    .prepare("SELECT type, name FROM sqlite_schema WHERE name LIKE '~_foresync%' ESCAPE '~'")
    .all();
  for (const { type, name } of names as { type: string; name: string }[])
    if (type === 'trigger' || type === 'table') east.exec(`DROP ${type} IF EXISTS ${name}`);
  east.close();
  assert.deepEqual(await left(), ['lead warning', 'donor warning']);
  assert.equal((await run('prefetch', '--release')).exitCode, 0);
  assert.deepEqual(await left(), ['lead ok', 'donor ok']);
});

test('a joiner that a run is building is refused to others, and left to that run', async (t) => {
  const { folder, run } = shop(t, { westHost: 'local' });
  const file = path.join(folder, 'eu.db.foresync-joining');
  database(t, file, 'CREATE TABLE items(a)').close();
  const before = contents(folder);
  // Reading the file in this process while it is open would take its lock away.
  const staging = database(t, file, 'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
  const line = ['eu', '--host', 'local', '--store', 'sqlite:eu.db', '--json'];
  const { exit, checks } = await answer(run('doctor', ...line));
  assert.deepEqual(
    checks.filter(({ role, level }) => role === 'joiner' && level !== 'ok').map(({ id, code }) => [id, code]),
    [
      ['place', 'joiner-busy'],
      ['left', undefined],
    ],
  );
  assert.equal(exit, 73);
  staging.close();
  assert.deepEqual(contents(folder), before);
  assert.equal((await answer(run('doctor', ...line))).exit, 0);
});

test('a store that another program keeps locked is told', async (t) => {
  const { folder, run } = shop(t, { westHost: 'local' });
  const writer = database(t, path.join(folder, 'east.db'));
  writer.exec("BEGIN IMMEDIATE; UPDATE items SET v = 9 WHERE k = 'a'");
  const { exit, checks } = await answer(run('doctor', '--json'));
  writer.exec('ROLLBACK');
  assert.equal(exit, 75);
  assert.deepEqual(
    checks.filter(({ level }) => level === 'failure').map(({ role, id, code }) => `${role} ${id} ${code}`),
    ['lead store store-busy'],
  );
});

test('a configuration that cannot be read leaves the rest of this machine to be looked at', async (t) => {
  const { folder, run } = shop(t);
  writeFileSync(path.join(folder, 'foresync.yaml'), 'group: shop\n');
  writeFileSync(
    path.join(folder, 'foresync.db'),
    'no database at all, but long enough to be read as one'.repeat(20),
  );
  const { exit, checks } = await answer(run('doctor', '--json'));
  assert.equal(exit, 78);
  assert.deepEqual(
    checks.map(({ id, level, code }) => [id, level, code]),
    [
      ['config', 'failure', 'config-invalid'],
      ['state', 'failure', 'state-unusable'],
    ],
  );
});

test('a plan that cannot be used fails, unless none is wanted', async (t) => {
  const { folder, run } = shop(t, { westHost: 'local' });
  writeFileSync(path.join(folder, 'plan.jsonl'), '{"kind":"something else"}\n');
  const broken = await answer(run('doctor', '--json'));
  assert.deepEqual([broken.exit, broken.checks.find(({ id }) => id === 'plan')?.code], [65, 'plan-invalid']);
  assert.equal((await answer(run('doctor', '--no-plan', '--json'))).exit, 0);
  const missing = await answer(run('doctor', '--plan', 'nowhere.jsonl', '--json'));
  assert.deepEqual(
    [missing.exit, missing.checks.find(({ id }) => id === 'plan')?.code],
    [74, 'plan-missing'],
  );
});

test('wrong usage is refused as for add-replica', async (t) => {
  const { folder, run } = shop(t);
  for (const args of [
    ['eu'],
    ['--host', 'local'],
    ['eu', '--host', '-oX', '--store', `sqlite:${folder}/e.db`],
  ])
    assert.equal((await run('doctor', ...args)).exitCode, 64, args.join(' '));
  const taken = await run('doctor', 'west', '--host', 'local', '--store', 'sqlite:eu.db');
  assert.equal(taken.exitCode, 64);
  assert.match(taken.stdout, /west is a replica of shop already/);
  assert.ok(!existsSync(path.join(folder, 'foresync.db')));
});

test('a host that never answers is given up after its time; an interrupt ends the waiting at once', async (t) => {
  const { folder } = shop(t);
  const silent = path.join(folder, 'silent_config');
  writeFileSync(silent, `Host ${sshd.destination}\n  ProxyCommand sh -c 'cat > /dev/null; exit'\n`);
  const env = { FORESYNC_SSH_CONFIG: silent, FORESYNC_STATE: undefined, FORESYNC_CONFIG: undefined };
  mkdirSync(path.join(folder, 'cache'), { recursive: true });
  const slow = await runCli(['doctor', '--timeout', '1s', '--json'], { cwd: folder, env });
  assert.equal(slow.exitCode, 69);
  const { checks } = JSON.parse(slow.stdout) as Answer;
  assert.equal(checks.find(({ replica }) => replica === 'west')?.code, 'host-slow');
  const run = new RunningCli(['doctor'], { cwd: folder, env });
  await run.prints(/the lead donor/);
  run.kill('SIGINT');
  const ended = await run.ended;
  assert.deepEqual([ended.exitCode, ended.stderr], [130, '✗ Interrupted.\n']);
});
