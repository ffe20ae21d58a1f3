import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { joinArguments, shopFolder, statusOf } from '../support/cli-shop.ts';
import { RunningCli } from '../support/running-cli.ts';
import { rowsOf, temporaryFolder } from '../support/tables.ts';

test('a run that would take an hour ends soon after its limit is lifted from another shell', async (t) => {
  const cwd = shopFolder(t);
  const run = new RunningCli([...joinArguments('j'), '--bwlimit', '100/s'], { cwd });
  await run.says(/snapshot/);
  const { exitCode, stdout } = await runCli(['throttle', '1KiB/s', '--json'], { cwd });
  assert.equal(exitCode, 0);
  assert.equal(JSON.parse(stdout).bytesPerSecond, 1024);
  await run.says(/Sends no more than 1\.0 KiB\/s now/);
  await run.says(/snapshot {2}.* limit 1\.0 KiB\/s/);
  const list = await runCli(['status'], { cwd });
  assert.match(list.stdout, /snapshot.*, limit 1\.0 KiB\/s/);
  const [living] = (await statusOf(cwd)).running;
  assert.deepEqual(living?.run.limit, { bytesPerSecond: 1024, setBy: 'operator' });
  assert.match((await runCli(['status', living?.id ?? ''], { cwd })).stdout, /^ {2}limit +1\.0 KiB\/s$/m);
  const off = await runCli(['throttle', 'off'], { cwd });
  assert.match(off.stdout, /^Run [0-9a-f]{8}, j: no limit\.$/m);
  const ended = await run.ended;
  assert.equal(ended.exitCode, 0, ended.stderr);
  assert.match(ended.stderr, /Sends without a limit now/);
  assert.deepEqual(rowsOf(path.join(cwd, 'joiner.db'), 'items'), rowsOf(path.join(cwd, 'shop.db'), 'items'));
  const late = await runCli(['throttle', 'off'], { cwd });
  assert.deepEqual([late.exitCode, /No add-replica is under way/.test(late.stderr)], [64, true]);
});

test('a run is paused and goes on from another shell, with its limit as it was, and status says so', async (t) => {
  const cwd = shopFolder(t);
  const run = new RunningCli([...joinArguments('j'), '--bwlimit', '64K/s'], { cwd });
  t.after(() => run.kill('SIGKILL'));
  await run.says(/snapshot {2}running/);
  const paused = await runCli(['throttle', 'pause', '--json'], { cwd });
  const said = JSON.parse(paused.stdout);
  assert.deepEqual([said.bytesPerSecond, said.isPaused], [65_536, true]);
  await run.says(/Paused; 'foresync throttle resume' goes on\./);
  await run.says(/snapshot {2}.* paused for \d/);
  const [living] = (await statusOf(cwd)).running;
  assert.ok(living?.run.pausedSinceMs);
  assert.match((await runCli(['status'], { cwd })).stdout, /running for .*, paused for /);
  const refused = await runCli(['resume'], { cwd });
  assert.deepEqual(
    [refused.exitCode, /It is paused: 'foresync throttle resume [0-9a-f]{8}'/.test(refused.stderr)],
    [73, true],
  );
  const { rows } = living.run.byKind.snapshot;
  await runCli(['throttle', 'off'], { cwd });
  await run.says(/Sends without a limit now/);
  const stays = (await statusOf(cwd)).running[0]?.run;
  assert.ok(stays?.pausedSinceMs !== undefined && stays.byKind.snapshot.rows < 25_000, `${rows} rows before`);
  const goesOn = await runCli(['throttle', 'resume'], { cwd });
  assert.match(goesOn.stdout, /^Run [0-9a-f]{8}, j: goes on, no limit\.$/m);
  const ended = await run.ended;
  assert.equal(ended.exitCode, 0, ended.stderr);
  assert.match(ended.stdout, /For .* of its time it was paused\./);
  assert.deepEqual(rowsOf(path.join(cwd, 'joiner.db'), 'items'), rowsOf(path.join(cwd, 'shop.db'), 'items'));
});

test('what is no rate and no run is refused', async (t) => {
  const cwd = temporaryFolder(t);
  for (const rate of ['fast', '0', '-1', '20MiB/h', '', '20'])
    assert.equal((await runCli(['throttle', '--', rate], { cwd })).exitCode, 64, rate);
  const { exitCode, stderr } = await runCli(['throttle', '1M'], { cwd });
  assert.equal(exitCode, 64);
  assert.match(stderr, /There is no state file foresync\.db.*\n.*where the run was started/);
});
