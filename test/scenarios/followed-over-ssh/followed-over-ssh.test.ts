import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import Database from 'better-sqlite3';
import { runCli } from '../../support/cli.ts';
import { RunningCli } from '../../support/running-cli.ts';
import { makeShop, startShopWriter } from '../../support/shop-writer.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { rowsOf, schemaOf, type TestContext, temporaryFolder } from '../../support/tables.ts';
import { planLines } from '../bad-input/plan-lines.ts';

const rows = 5000;
const hosts: Record<string, TestSshd> = {};
before(async () => {
  // The hosts' own Node, so that none need be brought.
  const env = { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` };
  for (const name of ['donor', 'joiner']) hosts[name] = await startSshd({ env });
});
after(async () => {
  await Promise.all(Object.values(hosts).map((host) => host.stop()));
});

function countIn(file: string): number {
  const db = new Database(file, { readonly: true });
  const count = db.prepare('SELECT count(*) FROM items').pluck().get();
  db.close();
  return count as number;
}

/** A shop on one host, a place for its replica on another, and an operator who reaches both by ssh alone. */
function stage(t: TestContext) {
  const folder = temporaryFolder(t);
  const file = (name: string) => path.join(folder, name);
  makeShop(file('shop.db'), rows);
  /** Writes the operator's ssh configuration; in it nothing answers on the port of `missing`. */
  const reach = (missing?: string) => {
    const config = Object.entries(hosts).map(([name, { configFile, destination, port }]) =>
      readFileSync(configFile, 'utf8')
        .replace(`Host ${destination}`, `Host ${name}`)
        .replace(`Port ${port}`, `Port ${name === missing ? 1 : port}`),
    );
    writeFileSync(file('ssh_config'), config.join('\n'));
  };
  reach();
  const replicas = { east: { host: 'donor', store: `sqlite:${file('shop.db')}` } };
  writeFileSync(
    file('foresync.yaml'),
    JSON.stringify({ group: 'shop', table: 'items', lead: 'east', replicas }),
  );
  writeFileSync(file('plan.jsonl'), `${planLines([1, 2, 3, 4]).join('\n')}\n`);
  const options = { cwd: folder, env: { FORESYNC_SSH_CONFIG: file('ssh_config') } };
  const [shop, joiner] = [file('shop.db'), file('joiner.db')];
  const donorSchema = schemaOf(shop);
  const cli = async (...args: string[]) => {
    const result = await runCli(args, options);
    assert.equal(result.exitCode, 0, result.stderr);
    return result.stdout;
  };
  const running = async () => JSON.parse(await cli('status', '--json')).running[0];
  return {
    reach,
    add: (...flags: string[]) => {
      const to = ['--host', 'joiner', '--store', `sqlite:${joiner}`];
      const run = new RunningCli(['add-replica', 'j', ...to, ...flags], options);
      t.after(() => run.kill('SIGKILL'));
      return run;
    },
    writer: () => startShopWriter(t, shop, rows),
    liftLimit: async () => cli('throttle', 'off', (await running()).id),
    /** Resolves when the run has told that the joiner has all that the lead had at a moment after this call. */
    level: async () => {
      for (const sinceMs = Date.now(); ; ) if ((await running()).run.follow?.levelAtMs > sinceMs) return;
    },
    /** Kills the operator's ssh to a host. */
    cut: (host: string) => {
      const processes = execFileSync('ps', ['-Ao', 'pid=,args='], { encoding: 'utf8' }).split('\n');
      const own = processes.filter((line) => line.includes(`-F ${file('ssh_config')}`));
      const [ssh, ...more] = own.filter((line) => line.includes(`-- ${host} `));
      assert.ok(ssh && more.length === 0, own.join('\n'));
      process.kill(Number.parseInt(ssh, 10), 'SIGKILL');
    },
    /** What an application at the joiner reads. */
    seen: () => {
      const db = new Database(joiner, { readonly: true });
      const state = db.prepare("SELECT state FROM foresync_status WHERE table_name = 'items'").pluck().get();
      db.close();
      // The writer goes on deleting; what is on its way is a small part.
      return { state, holdsMost: countIn(joiner) > countIn(shop) / 2 };
    },
    said: () => readFileSync(file('said'), 'utf8'),
    assertDone: () => {
      assert.deepEqual(rowsOf(joiner, 'items'), rowsOf(shop, 'items'));
      assert.deepEqual(schemaOf(shop), donorSchema);
      const cache = path.join(hosts.donor?.folder ?? '', 'cache', 'foresync');
      const caches = existsSync(cache) ? readdirSync(cache).filter((name) => name.includes('.db')) : [];
      assert.deepEqual(caches, []);
      assert.ok(!schemaOf(joiner).some((entry) => entry.includes(' _foresync')));
      const left = readdirSync(folder).filter((name) => name.includes('foresync-'));
      assert.deepEqual(left, []);
    },
  };
}

test('over ssh a table appears with its hot rows, becomes whole, and is followed through a cut until ctrl-C', {
  timeout: 60_000,
}, async (t) => {
  const { add, writer, liftLimit, level, cut, seen, said, assertDone } = stage(t);
  const hooks = ['hot-ready', 'synced'].flatMap((name) => [
    `--on-${name}`,
    'echo "$FORESYNC_EVENT at $FORESYNC_JOINER_HOST" >> said',
  ]);
  const writing = await writer();
  const run = add('--publish-at', 'hot-ready', '--follow', '--bwlimit', '100/s', ...hooks);
  await run.says(/snapshot {2}running/);
  assert.deepEqual(seen(), { state: 'hot', holdsMost: false });
  await liftLimit();
  await run.says(/follow {2}running/);
  assert.deepEqual(seen(), { state: 'synced', holdsMost: true });
  await level();

  cut('joiner');
  await run.says(/j is lost: .*Trying again in 1 s \(1 of 5\)\.[\s\S]*follow {2}running/);
  assert.deepEqual(seen(), { state: 'synced', holdsMost: true });
  await level();
  await writing.stop();

  run.kill('SIGINT');
  const { exitCode, stdout, stderr } = await run.ended;
  assert.equal(exitCode, 0, stderr);
  assert.match(
    stdout,
    /^It was proven equal at watermark \d+, .* and followed from there for .*, until it was stopped\.$/m,
  );
  assert.equal(said(), 'hot-ready at joiner\nsynced at joiner\n');
  assertDone();
});

test('over ssh a joiner that stays away ends a run that follows as one that can be gone on with', {
  timeout: 60_000,
}, async (t) => {
  const { add, writer, reach, cut, seen, level, assertDone } = stage(t);
  const flags = ['--publish-at', 'hot-ready', '--follow', '--retries', '1'];
  const writing = await writer();
  const left = add(...flags);
  await left.says(/follow {2}running/);
  await level();
  reach('joiner');
  cut('joiner');
  const { exitCode, stderr } = await left.ended;
  assert.equal(exitCode, 75, stderr);
  assert.match(stderr, /Gave up after 1 try\.\n {2}→ The same command goes on from here/);
  assert.equal(seen().state, 'synced', 'what is there may be used meanwhile');

  reach();
  const run = add(...flags);
  await run.says(/follow {2}running/);
  await writing.stop();
  run.kill('SIGINT');
  assert.equal((await run.ended).exitCode, 0);
  assertDone();
});
