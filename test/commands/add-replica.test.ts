import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import {
  donorState,
  filesIn,
  joinArguments,
  shopFolder,
  startSlowRun,
  statusOf,
} from '../support/cli-shop.ts';

test('a second run for a joiner is refused by the name of the first, which goes on, also with --restart', async (t) => {
  const cwd = shopFolder(t);
  await startSlowRun(t, cwd);
  const before = { donor: donorState(cwd), files: filesIn(cwd) };
  const [living] = (await statusOf(cwd)).running;
  const short = living?.id.slice(0, 8);
  for (const more of [[], ['--restart'], ['--replace']]) {
    const { exitCode, stderr } = await runCli([...joinArguments('j'), ...more], { cwd });
    assert.equal(exitCode, 73);
    assert.match(
      stderr,
      new RegExp(`^✗ Run ${short}, add-replica j, still runs \\(process ${living?.pid} at `),
    );
    assert.match(
      stderr,
      new RegExp(`→ 'foresync status ${short} --watch' .* 'foresync abort ${short}' ends it`),
    );
    assert.doesNotMatch(stderr, /in sync/);
  }
  assert.deepEqual({ donor: donorState(cwd), files: filesIn(cwd) }, before);
  assert.equal((await statusOf(cwd)).running[0]?.id, living?.id);
});

test('one that its own journal does not know is refused with where to look for it', async (t) => {
  const cwd = shopFolder(t);
  await startSlowRun(t, cwd);
  const { exitCode, stderr } = await runCli([...joinArguments('j'), '--restart', '--state', 'other.db'], {
    cwd,
  });
  assert.equal(exitCode, 73);
  assert.match(
    stderr,
    /^✗ j: Another run is building .*\n.*It was started with another state file: there, /m,
  );
});

test("a store that is a folder is called one: the joiner's with 64, the lead's with 78", async (t) => {
  const cwd = shopFolder(t, 100);
  mkdirSync(path.join(cwd, 'folder'));
  for (const store of ['sqlite:folder', 'sqlite:folder/']) {
    const { exitCode, stderr } = await runCli(joinArguments('j', store), { cwd });
    assert.equal(exitCode, 64);
    assert.match(
      stderr,
      /✗ \S+folder at j is a folder or the like.*\n.*--store sqlite:\S+\/folder\/shop\.db$/m,
    );
  }
  writeFileSync(
    path.join(cwd, 'wrong.yaml'),
    'group: shop\ntable: items\nlead: east\nreplicas: { east: { store: "sqlite:folder" } }\n',
  );
  const wrong = await runCli([...joinArguments('j'), '--config', 'wrong.yaml'], { cwd });
  assert.equal(wrong.exitCode, 78);
  assert.match(wrong.stderr, /✗ \S+folder at east is a folder or the like.*\n.*in foresync\.yaml/m);
  for (const args of [
    ['j', '--host', 'local', '--store', 'sqlite:folder', '--no-plan'],
    ['--config', 'wrong.yaml'],
  ]) {
    const { exitCode, stdout } = await runCli(['doctor', ...args], { cwd });
    assert.equal(exitCode, args[0] === 'j' ? 64 : 78);
    assert.match(stdout.replaceAll(/\n +/g, ' '), /is a folder or the like/);
  }
});

test('that it did not connect is a line of its own where lines are all there is', async (t) => {
  const cwd = shopFolder(t, 100);
  const [command = '', name = '', , , ...more] = joinArguments('j', 'sqlite:/x.db');
  const { exitCode, stderr } = await runCli([command, name, '--host', 'nobody.invalid', ...more], { cwd });
  assert.equal(exitCode, 69);
  assert.match(stderr, /\] connect {2}failed after .*\n✗ Cannot reach nobody\.invalid/);
});

test('values that are empty, programs that are not there and times without a unit are refused by their flag', async (t) => {
  const cwd = shopFolder(t, 100);
  for (const [flag, why] of [
    ['--on-synced=', /--on-synced: Its value is empty\./],
    ['--on-hot-ready= ', /--on-hot-ready: Its value is empty\./],
    ['--state=', /--state: Its value is empty\./],
    ['--runtime=/nope', /--runtime: There is no file '\/nope'\./],
    ['--max-donor-latency=20', /--max-donor-latency: '20' is no duration\.\n.*Write 20ms, 0\.5s or 2s\./],
  ] as const) {
    const { exitCode, stderr } = await runCli([...joinArguments('j'), flag], { cwd });
    assert.equal(exitCode, 64, flag);
    assert.match(stderr, why);
  }
  const agent = await runCli(['agent', '--role', 'donor', '--only-table='], { cwd });
  assert.deepEqual([agent.exitCode, /--only-table: Its value is empty/.test(agent.stderr)], [64, true]);
  assert.deepEqual(filesIn(cwd).sort(), ['foresync.yaml', 'shop.db']);
});

test("the help names every variable that commands of the operator's find in their environment", async (t) => {
  const cwd = shopFolder(t, 100);
  const told = await runCli([...joinArguments('j'), '--on-synced', 'env | grep -o "^FORESYNC_[A-Z_]*"'], {
    cwd,
  });
  assert.equal(told.exitCode, 0, told.stderr);
  const names = [...told.stderr.matchAll(/on-synced: (FORESYNC_\w+)$/gm)].map(([, name]) => name);
  const { stdout: help } = await runCli(['add-replica', '--help'], { cwd });
  assert.ok(names.length >= 10, names.join());
  for (const name of names) assert.ok(help.includes(`${name}`), name);
});

test('a run for another joiner is told which run holds the Delta Log, and what becomes of it is up to whom it tells', async (t) => {
  const cwd = shopFolder(t);
  const run = await startSlowRun(t, cwd, 'first');
  const other = joinArguments('other', 'sqlite:other.db');
  const beside = await runCli(other, { cwd });
  assert.equal(beside.exitCode, 73);
  assert.match(
    beside.stderr,
    /✗ Run ([0-9a-f]{8}) \(add-replica first\) captures changes at east\.\n {2}→ Wait for it: 'foresync status \1' shows it, and 'foresync abort \1' ends it\.\n/,
  );
  run.kill('SIGTERM');
  assert.equal((await run.ended).exitCode, 75);
  const after = await runCli(other, { cwd });
  assert.equal(after.exitCode, 73);
  assert.match(
    after.stderr,
    /✗ Run ([0-9a-f]{8}) \(add-replica first\) was stopped, and holds the Delta Log at east\.\n {2}→ 'foresync resume \1' goes on with it, 'foresync abort \1' gives it up\.\n/,
  );
});
