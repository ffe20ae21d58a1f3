import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { donorState, filesIn, shopFolder, startSlowRun, statusOf } from '../support/cli-shop.ts';
import { temporaryFolder } from '../support/tables.ts';

test('without a state file there is nothing to take away', async (t) => {
  const { exitCode, stderr } = await runCli(['cleanup', '--yes'], { cwd: temporaryFolder(t) });
  assert.equal(exitCode, 64);
  assert.match(stderr, /There is no state file/);
});

test('a run that lives is refused; what it leaves when it is killed is taken away', async (t) => {
  const cwd = shopFolder(t);
  const before = { donor: donorState(cwd), files: filesIn(cwd) };
  const run = await startSlowRun(t, cwd);
  const [living] = (await statusOf(cwd)).running;
  const meanwhile = { donor: donorState(cwd), files: filesIn(cwd) };
  for (const args of [
    ['cleanup', '--yes'],
    ['cleanup', living?.id ?? '', '--yes'],
  ]) {
    const { exitCode, stderr } = await runCli(args, { cwd });
    assert.equal(exitCode, 73);
    assert.match(stderr, /Run [0-9a-f]{8}, add-replica j, still runs/);
  }
  assert.deepEqual({ donor: donorState(cwd), files: filesIn(cwd) }, meanwhile);
  assert.equal((await statusOf(cwd)).running.length, 1);

  run.kill('SIGKILL');
  await run.ended;
  const gone = await runCli(['cleanup', '--yes'], { cwd });
  assert.equal(gone.exitCode, 0, gone.stderr);
  assert.match(gone.stdout, /^The Delta Log at east is gone: 0 keys\.$/m);
  assert.deepEqual({ donor: donorState(cwd), files: filesIn(cwd) }, before);
  assert.equal((await runCli(['cleanup', '--yes'], { cwd })).exitCode, 64);
  assert.equal((await runCli(['cleanup', living?.id ?? '', '--yes'], { cwd })).exitCode, 0);
});
