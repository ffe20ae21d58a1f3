import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import {
  donorState,
  filesIn,
  leaveDeadRun,
  shopFolder,
  startSlowRun,
  statusOf,
} from '../support/cli-shop.ts';
import { RunningCli } from '../support/running-cli.ts';
import { rowsOf, temporaryFolder } from '../support/tables.ts';

test('without a state file, or with no such run in it, there is nothing to go on with', async (t) => {
  const cwd = temporaryFolder(t);
  const without = await runCli(['resume'], { cwd });
  assert.equal(without.exitCode, 64);
  assert.match(without.stderr, /There is no state file/);
});

test('a run that was killed is gone on with from another folder, and ends equal', async (t) => {
  const cwd = shopFolder(t);
  const files = filesIn(cwd);
  const donor = donorState(cwd);
  await leaveDeadRun(t, cwd);
  const [dead] = (await statusOf(cwd)).unfinished;
  const elsewhere = temporaryFolder(t);
  const state = ['--state', path.join(cwd, 'foresync.db')];
  const resuming = new RunningCli(['resume', ...state], { cwd: elsewhere });
  t.after(() => resuming.kill('SIGKILL'));
  await resuming.says(/rows of an earlier run are there/);
  const off = await runCli(['throttle', 'off', ...state], { cwd: elsewhere });
  assert.equal(off.exitCode, 0, off.stderr);
  const { exitCode, stdout, stderr } = await resuming.ended;
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, new RegExp(`^Going on with ${dead?.id.slice(0, 8)}: add-replica j$`, 'm'));
  assert.match(stdout, /^j holds items: 25,001 rows, equal to east at watermark 0\.$/m);
  assert.deepEqual(rowsOf(path.join(cwd, 'joiner.db'), 'items'), donor.rows);
  assert.deepEqual(donorState(cwd), donor);
  assert.deepEqual(filesIn(cwd), [...files, 'joiner.db'].sort());

  const { running, unfinished, ended } = await statusOf(cwd);
  assert.deepEqual([running, unfinished], [[], []]);
  assert.deepEqual(
    ended.map(({ standing }) => standing),
    ['done', 'died'],
  );
  assert.equal(ended[1]?.continuedBy, ended[0]?.id);
  const list = await runCli(['status'], { cwd });
  assert.match(list.stdout, new RegExp(`add-replica j +gone on with by ${ended[0]?.id.slice(0, 8)}`));
  for (const [args, words] of [
    [['resume'], /No add-replica was left unfinished/],
    [['resume', dead?.id ?? ''], /was gone on with by [0-9a-f]{8}: there is nothing to be gone on with/],
    [['resume', 'nonsense'], /No run 'nonsense'/],
  ] as const) {
    const again = await runCli(args, { cwd });
    assert.equal(again.exitCode, 64);
    assert.match(again.stderr, words);
  }
});

test('a run that lives is refused, whether it is named or not', async (t) => {
  const cwd = shopFolder(t);
  const run = await startSlowRun(t, cwd);
  const [living] = (await statusOf(cwd)).running;
  for (const args of [['resume'], ['resume', living?.id ?? '']]) {
    const { exitCode, stdout } = await runCli([...args, '--json'], { cwd });
    assert.equal(exitCode, 73);
    const { error } = JSON.parse(stdout);
    assert.equal(error.code, 'run-lives');
    assert.match(error.message, /^Run [0-9a-f]{8}, add-replica j, still runs \(process \d+ at /);
  }
  assert.equal((await statusOf(cwd)).running.length, 1);
  run.kill('SIGTERM');
  const { exitCode, stderr } = await run.ended;
  assert.equal(exitCode, 75);
  assert.match(stderr, /so does 'foresync resume [0-9a-f]{8}'/);
});
