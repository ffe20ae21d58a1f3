import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { donorState, filesIn, shopFolder, startSlowRun, statusOf } from '../support/cli-shop.ts';
import { temporaryFolder } from '../support/tables.ts';

test('without a state file there is nothing to take away, which is no failure; a run that is named is one', async (t) => {
  const cwd = temporaryFolder(t);
  const { exitCode, stdout } = await runCli(['cleanup', '--yes'], { cwd });
  assert.equal(exitCode, 0);
  assert.match(stdout, /^There is no state file foresync\.db,.* nothing to take away\.$/m);
  assert.equal((await runCli(['cleanup', '3f9a', '--yes'], { cwd })).exitCode, 64);
  assert.deepEqual(filesIn(cwd), []);
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
  const again = await runCli(['cleanup', '--yes', '--json'], { cwd });
  assert.equal(again.exitCode, 0);
  assert.deepEqual(JSON.parse(again.stdout), { outcome: 'nothing', dryRun: false });
  assert.equal((await runCli(['cleanup', 'ffff', '--yes'], { cwd })).exitCode, 64);
  assert.equal((await runCli(['cleanup', living?.id ?? '', '--yes'], { cwd })).exitCode, 0);
});
