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

test('what is no rate and no run is refused', async (t) => {
  const cwd = temporaryFolder(t);
  for (const rate of ['fast', '0', '-1', '20MiB/h', '', '20'])
    assert.equal((await runCli(['throttle', '--', rate], { cwd })).exitCode, 64, rate);
  const { exitCode, stderr } = await runCli(['throttle', '1M'], { cwd });
  assert.equal(exitCode, 64);
  assert.match(stderr, /There is no state file foresync\.db.*\n.*where the run was started/);
});
