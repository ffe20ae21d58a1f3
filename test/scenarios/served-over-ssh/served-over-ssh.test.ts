import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import Database from 'better-sqlite3';
import { runCli } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';
import { RunningCli } from '../../support/running-cli.ts';
import { makeShop } from '../../support/shop-writer.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { rowsOf, type TestContext, temporaryFolder } from '../../support/tables.ts';
import { planLines } from '../bad-input/plan-lines.ts';

const rows = 5000;
const planned = Array.from({ length: 50 }, (_, n) => 1 + 7 * n);
const hosts: Record<string, TestSshd> = {};
before(async () => {
  // The hosts' own Node, so that none need be brought.
  const env = { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` };
  for (const name of ['donor', 'joiner']) hosts[name] = await startSshd({ env });
});
after(async () => {
  await Promise.all(Object.values(hosts).map((host) => host.stop()));
});

/** A line of the log of reads, as far as a client knows it too. */
interface Line {
  key: string;
  hit: boolean;
  found: boolean | null;
}

/** A shop on one host, a place for its replica on another that answers reads, and an operator who reaches both by ssh alone. */
function stage(t: TestContext) {
  const folder = temporaryFolder(t);
  const file = (name: string) => path.join(folder, name);
  makeShop(file('shop.db'), rows);
  const config = Object.entries(hosts).map(([name, { configFile, destination }]) =>
    readFileSync(configFile, 'utf8').replace(`Host ${destination}`, `Host ${name}`),
  );
  writeFileSync(file('ssh_config'), config.join('\n'));
  const replicas = { east: { host: 'donor', store: `sqlite:${file('shop.db')}` } };
  writeFileSync(
    file('foresync.yaml'),
    JSON.stringify({ group: 'shop', table: 'items', lead: 'east', replicas }),
  );
  writeFileSync(file('plan.jsonl'), `${planLines(planned).join('\n')}\n`);
  const options = { cwd: folder, env: { FORESYNC_SSH_CONFIG: file('ssh_config') } };
  const cli = async (...args: string[]) => {
    const result = await runCli(args, options);
    assert.equal(result.exitCode, 0, result.stderr);
    return result.stdout;
  };
  const status = async () => JSON.parse(await cli('status', '--json')).running[0];
  const record: Line[] = [];
  const get = async (at: { socketPath: string } | { port: number }, target: string) => {
    const asked = request({ ...at, path: target, agent: false });
    asked.end();
    const [response] = await once(asked, 'response');
    const body = await text(response);
    return {
      status: response.statusCode as number,
      source: response.headers['x-foresync-source'] as string | undefined,
      retryAfter: response.headers['retry-after'] as string | undefined,
      body: JSON.parse(body) as Record<string, unknown>,
    };
  };
  return {
    file,
    record,
    status,
    liftLimit: async () => cli('throttle', 'off', (await status()).id),
    add: (...flags: string[]) => {
      const to = ['--host', 'joiner', '--store', `sqlite:${file('joiner.db')}`, '--plan', 'plan.jsonl'];
      const run = new RunningCli(['add-replica', 'j', ...to, ...flags], options);
      t.after(() => run.kill('SIGKILL'));
      return run;
    },
    get,
    /** Reads a row, and keeps what the log ought to say of that. */
    read: async (at: { socketPath: string } | { port: number }, key: number) => {
      const answer = await get(at, `/v1/rows/${key}`);
      const { status, source } = answer;
      record.push({
        key: String(key),
        hit: source === 'joiner',
        found: status === 503 ? null : status === 200,
      });
      return { ...answer, came: `${status} ${source}` };
    },
    /** Kills the operator's ssh to a host. */
    cut: (host: string) => {
      const processes = execFileSync('ps', ['-Ao', 'pid=,args='], { encoding: 'utf8' }).split('\n');
      const own = processes.filter((line) => line.includes(`-F ${file('ssh_config')}`));
      const [ssh, ...more] = own.filter((line) => line.includes(`-- ${host} `));
      assert.ok(ssh && more.length === 0, own.join('\n'));
      process.kill(Number.parseInt(ssh, 10), 'SIGKILL');
    },
    logged: () =>
      readFileSync(file('joiner.db.foresync-reads.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line & { by?: string; time: string }),
    assertDone: () => {
      assert.deepEqual(rowsOf(file('joiner.db'), 'items'), rowsOf(file('shop.db'), 'items'));
      const left = readdirSync(folder).filter((name) => name.includes('foresync-'));
      assert.deepEqual(left, ['joiner.db.foresync-reads.jsonl']);
    },
  };
}

const asClientsKnow = (lines: readonly Line[]) => lines.map(({ key, hit, found }) => ({ key, hit, found }));

test('over ssh a joiner answers at a socket while it is built, also while the lead is cut off, and logs what it answered', {
  timeout: 100_000,
}, async (t) => {
  const { add, get, read, cut, file, record, logged, status, liftLimit, assertDone } = stage(t);
  const at = { socketPath: file('reads.sock') };
  const run = add('--serve', at.socketPath, '--bwlimit', '60KiB/s', '--ready-at', '0.9');
  await run.says(/snapshot {2}running/);
  assert.equal((await read(at, planned[3] ?? 0)).came, '200 joiner');
  assert.equal((await read(at, 4321)).came, '200 donor');
  assert.equal((await read(at, 4321)).came, '200 joiner');
  assert.equal((await read(at, rows + 77)).came, '404 donor');
  assert.equal((await get(at, '/readyz')).status, 503);
  for (const key of [...planned, ...planned]) assert.equal((await read(at, key)).came, '200 joiner');
  assert.equal((await get(at, '/readyz')).status, 200);

  cut('donor');
  await run.says(/east is lost: .*Trying again/);
  assert.equal((await read(at, 4321)).came, '200 joiner');
  const missed = await read(at, 4999);
  assert.deepEqual([missed.came, missed.retryAfter], ['503 undefined', '1']);
  await run.says(/Trying again[\s\S]*snapshot {2}running/);
  assert.equal((await read(at, 4998)).came, '200 donor');

  const { serving } = (await status()).run;
  assert.deepEqual(serving.log, { host: 'joiner', file: `${file('joiner.db')}.foresync-reads.jsonl` });
  assert.equal(serving.address, `unix:${at.socketPath}`);
  await liftLimit();
  const { exitCode, stdout, stderr } = await run.ended;
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, new RegExp(`It answered [\\d,]+ of ${record.length} reads by itself \\(`));
  assert.deepEqual(asClientsKnow(logged()), record);
  const by = (key: number) => logged().flatMap((line) => (line.key === String(key) ? [line.by] : []));
  assert.deepEqual(new Set(by(planned[3] ?? 0)), new Set(['plan']));
  assert.deepEqual(by(4321), ['read-through', 'read-through', 'read-through']);
  assert.deepEqual(by(4999), [undefined]);
  assert.ok(!existsSync(at.socketPath));
  assertDone();
});

test('over ssh a joiner answers at a port of its loopback until SIGTERM, what changes at the lead included', {
  timeout: 100_000,
}, async (t) => {
  const { add, get, read, file, record, logged, assertDone } = stage(t);
  const at = { port: await freePort() };
  const run = add('--serve', String(at.port), '--until', 'forever');
  await run.says(/follow {2}running/);
  assert.equal((await get(at, '/readyz')).status, 200);
  assert.equal((await read(at, 4321)).came, '200 joiner');
  assert.equal((await read(at, rows + 5)).came, '404 joiner');
  const db = new Database(file('shop.db'));
  db.exec(`INSERT INTO items VALUES(${rows + 6}, 'late', x'00ff', 9)`);
  db.close();
  let late = await read(at, rows + 6);
  while (late.status === 404) late = await read(at, rows + 6);
  assert.equal(late.came, '200 joiner');
  assert.deepEqual(late.body, { id: rows + 6, code: 'late', body: { base64: 'AP8=' }, written: 9 });

  run.kill('SIGTERM');
  const { exitCode, stderr } = await run.ended;
  assert.equal(exitCode, 0, stderr);
  await assert.rejects(get(at, '/healthz'), { code: 'ECONNREFUSED' });
  assert.deepEqual(asClientsKnow(logged()), record);
  assert.equal(logged().at(-1)?.by, 'delta');
  assertDone();
});
