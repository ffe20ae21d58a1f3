import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Config } from '@oclif/core/config';
import { type CliResult, projectRoot, runCli, runJs, runProgram } from '../support/cli.ts';
import { donorState, filesIn, leaveDeadRun, shopFolder } from '../support/cli-shop.ts';
import { RunningCli } from '../support/running-cli.ts';
import { temporaryFolder } from '../support/tables.ts';

const asking = [['abort'], ['cleanup']];

function refuses({ exitCode, stdout, stderr }: CliResult, what: string): void {
  assert.equal(exitCode, 64, `${what}: ${stdout}${stderr}`);
  assert.match(stderr, /Nobody can be asked here\.\n.*--yes.*--dry-run/, what);
  assert.equal(stdout, '', what);
}

test('a command that asks refuses at once where standard input is closed or a pipe that stays open', async (t) => {
  const cwd = shopFolder(t);
  await leaveDeadRun(t, cwd);
  const before = { donor: donorState(cwd), files: filesIn(cwd) };
  for (const args of asking) {
    refuses(await runCli(args, { cwd }), `${args} with closed input`);
    refuses(await runCli(args, { cwd, input: 'y\ny\ny\n' }), `${args} with answers in a pipe`);
    const open = new RunningCli(args, { cwd, hasInput: true });
    refuses(await open.ended, `${args} with an open pipe`);
    const json = await runCli([...args, '--json'], { cwd });
    assert.deepEqual([json.exitCode, JSON.parse(json.stdout).error.code], [64, 'usage']);
  }
  assert.deepEqual({ donor: donorState(cwd), files: filesIn(cwd) }, before);
});

test('with --no-input, or FORESYNC_NO_INPUT, a command at a terminal refuses what it would ask', async (t) => {
  const cwd = shopFolder(t);
  await leaveDeadRun(t, cwd);
  const atTerminal = (line: string, env: Record<string, string> = {}) =>
    runProgram('script', ['-qec', `${runJs} ${line} <&1 2>&1`, '/dev/null'], { cwd, env, input: 'n\n' });
  for (const [command = ''] of asking) {
    assert.match((await atTerminal(command)).stdout, /\[y\/N\]/, 'without them it asks');
    for (const told of [
      await atTerminal(`${command} --no-input`),
      await atTerminal(command, { FORESYNC_NO_INPUT: '1' }),
    ]) {
      assert.equal(told.exitCode, 64, told.stdout);
      assert.match(told.stdout, /Nobody can be asked here/);
      assert.doesNotMatch(told.stdout, /\[y\/N\]/);
    }
  }
});

test('no command takes an open standard input for an argument that is missing', async (t) => {
  const config = await Config.load(projectRoot);
  for (const command of config.commands)
    if (command.pluginName === 'foresync')
      for (const [name, { ignoreStdin }] of Object.entries((await command.load()).args))
        assert.equal(ignoreStdin, true, `${command.id} ${name}`);

  const cwd = temporaryFolder(t);
  for (const args of [
    ['throttle'],
    ['add-replica', '--host', 'local', '--store', 'sqlite:x'],
    ['analyze'],
    ['resume'],
  ]) {
    const { exitCode, stderr } = await new RunningCli(args, { cwd, hasInput: true }).ended;
    assert.ok(exitCode === 64 || exitCode === 78, `${args.join(' ')}: ${exitCode} ${stderr}`);
  }
});
