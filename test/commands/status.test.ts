import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { joinArguments, leaveDeadRun, shopFolder, startSlowRun, statusOf } from '../support/cli-shop.ts';
import { temporaryFolder } from '../support/tables.ts';

test('without a state file there is nothing to tell, and none is made', async (t) => {
  const cwd = temporaryFolder(t);
  const { exitCode, stdout, stderr } = await runCli(['status'], { cwd });
  assert.deepEqual([exitCode, stdout], [64, '']);
  assert.match(stderr, /There is no state file foresync\.db/);
  assert.deepEqual(readdirSync(cwd), []);
});

test('a run is shown with its phase while it lives, and as dead with the way on when it was killed', async (t) => {
  const cwd = shopFolder(t);
  const run = await startSlowRun(t, cwd);
  const [living] = (await statusOf(cwd)).running;
  assert.ok(living);
  assert.deepEqual([living.standing, living.phase, living.joiner], ['running', 'snapshot', 'j']);
  assert.equal(living.canResume, false);
  const short = living.id.slice(0, 8);
  const list = await runCli(['status'], { cwd });
  assert.match(
    list.stdout,
    new RegExp(
      `RUNNING\\n. ${short} {2}add-replica j +running for .*\\n +snapshot <?\\d+ %, .*, limit 100 B/s`,
    ),
  );
  const page = await runCli(['status', short], { cwd });
  for (const part of [/snapshot +running/, /verify +waiting/, /process +\d+ at /, /foresync abort /])
    assert.match(page.stdout, part);

  run.kill('SIGKILL');
  await run.ended;
  const { running, unfinished } = await statusOf(cwd);
  assert.deepEqual(running, []);
  const [dead] = unfinished;
  assert.deepEqual(
    [dead?.id, dead?.standing, dead?.canResume, dead?.canAbort],
    [living.id, 'died', true, true],
  );
  const told = await runCli(['status'], { cwd });
  assert.match(told.stdout, /^Nothing runs\.$/m);
  assert.match(
    told.stdout,
    new RegExp(`LEFT UNFINISHED\\n. ${short} {2}add-replica j +its process died .* ago`),
  );
  assert.match(told.stdout, new RegExp(`foresync resume ${short}\\n.*foresync abort ${short}`));
  const one = await runCli(['status', living.id], { cwd });
  assert.match(one.stdout, /its process died .* ago/);
});

test('--watch of a run that is over tells it once', async (t) => {
  const cwd = shopFolder(t);
  await leaveDeadRun(t, cwd);
  const { exitCode, stdout } = await runCli(['status', '--watch', '--json'], { cwd });
  assert.equal(exitCode, 0);
  assert.equal(JSON.parse(stdout).unfinished.length, 1);
});

test('a name that would act on a terminal is printed as what it is', async (t) => {
  const cwd = shopFolder(t);
  const name = 'j\u001b[2J\u202e\u0007';
  await leaveDeadRun(t, cwd, name);
  const [dead] = (await statusOf(cwd)).unfinished;
  assert.equal(dead?.joiner, name);
  for (const args of [
    ['status'],
    ['status', dead?.id ?? ''],
    ['status', '--json'],
    ['abort', '--dry-run'],
    ['abort', '--dry-run', '--json'],
    ['cleanup', '--yes'],
    ['status'],
  ]) {
    const { exitCode, stdout, stderr } = await runCli(args, { cwd });
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /j\\u001b/, args.join(' '));
    // \p{Cc} are control characters, \p{Cf} those that turn text around.
    assert.doesNotMatch((stdout + stderr).replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u, args.join(' '));
  }
});

test('tries that ended before anything had begun are told in one sentence, and crowd out no run', async (t) => {
  const cwd = shopFolder(t, 2000);
  const made = await runCli(joinArguments('j'), { cwd });
  assert.equal(made.exitCode, 0, made.stderr);
  for (const _ of [1, 2]) assert.equal((await runCli(joinArguments('j'), { cwd })).exitCode, 73);
  const { stdout } = await runCli(['status'], { cwd });
  assert.match(stdout, /ENDED\n. [0-9a-f]{8} {2}add-replica j +in sync .* ago\n\n/);
  assert.match(
    stdout.replaceAll(/\n +/g, ' '),
    /2 tries ended before anything had begun, the last .* ago: \S+\.db holds a table items already/,
  );
  const { stdout: json } = await runCli(['status', '--json'], { cwd });
  const { ended, refused } = JSON.parse(json);
  assert.deepEqual([ended.length, refused.length], [1, 2]);
  const metrics = await runCli(['metrics'], { cwd });
  assert.match(metrics.stdout, /Not listed: 2 tries that ended before anything had begun\./);
  assert.doesNotMatch(metrics.stdout, /nothing was sent/);
  assert.equal(JSON.parse((await runCli(['metrics', '--json'], { cwd })).stdout).runs.length, 1);
  const plain = await runCli(['status', '--plain'], { cwd });
  assert.match(plain.stdout, /^[0-9a-f]{8}: add-replica j, in sync .* ago\.$/m);
});

test('with --plain each run is a sentence that says how it stands once', async (t) => {
  const cwd = shopFolder(t);
  await leaveDeadRun(t, cwd);
  const list = await runCli(['status', '--plain'], { cwd });
  assert.match(list.stdout, /^[0-9a-f]{8}: add-replica j, its process died [^:]+ ago\.$/m);
  const [dead] = (await statusOf(cwd)).unfinished;
  const one = await runCli(['status', dead?.id ?? '', '--plain'], { cwd });
  assert.match(one.stdout, /^add-replica j, its process died [^:]+ ago\.$/m);
});
