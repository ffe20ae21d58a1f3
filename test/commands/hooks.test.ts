import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { shopFolder, writeSmallPlan } from '../support/cli-shop.ts';
import { RunningCli } from '../support/running-cli.ts';
import type { TestContext } from '../support/tables.ts';

const add = ['add-replica', 'j', '--host', 'local', '--store', 'sqlite:joiner.db'];

function plannedShop(t: TestContext): string {
  const folder = shopFolder(t, 2000);
  writeSmallPlan(folder);
  return folder;
}

const linesOf = (cwd: string, name: string) =>
  existsSync(path.join(cwd, name)) ? readFileSync(path.join(cwd, name), 'utf8').split('\n').slice(0, -1) : [];

test('what waits for the command of --on-synced hears by the exit code that it failed', async (t) => {
  const cwd = plannedShop(t);
  const hooks = ['--on-hot-ready', 'echo hot; exit 2', '--on-synced', 'exit 9'];
  const { exitCode, stdout, stderr } = await runCli([...add, ...hooks, '--json'], { cwd });
  assert.equal(exitCode, 3, stderr);
  const { run, rows } = JSON.parse(stdout);
  assert.deepEqual([rows, run.outcome], [2001, 'done']);
  assert.deepEqual(run.hooks, [
    { hook: 'hot-ready', state: 'failed', exitCode: 2 },
    { hook: 'synced', state: 'failed', exitCode: 9 },
  ]);
  assert.match(stderr, /warning: --on-hot-ready failed with exit code 2\.$/m);
  assert.match(stderr, /warning: --on-synced failed with exit code 9\.$/m);
  const status = await runCli(['status', '--json'], { cwd });
  assert.equal(JSON.parse(status.stdout).ended[0].standing, 'done');
});

test('that the command of --on-hot-ready failed changes no exit code', async (t) => {
  const cwd = plannedShop(t);
  const { exitCode, stderr } = await runCli([...add, '--on-hot-ready', 'echo hot; exit 2'], { cwd });
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /\] --on-hot-ready {2}running$/m);
  assert.match(stderr, /\] on-hot-ready: hot$/m);
});

test('a run that was killed during a command runs it again from resume, and what had ended not', async (t) => {
  const cwd = plannedShop(t);
  const hooks = [
    '--on-hot-ready',
    'echo hot >> said',
    '--on-synced',
    'echo synced >> said; until [ -e go ] || [ ! -d "$PWD" ]; do sleep 0.1; done',
  ];
  const run = new RunningCli([...add, ...hooks], { cwd });
  await run.says(/--on-synced {2}running/);
  await run.says(/clean up {2}done/);
  run.kill('SIGKILL');
  await run.ended;
  writeFileSync(path.join(cwd, 'go'), '');
  const resumed = await runCli(['resume', '--json'], { cwd });
  assert.equal(resumed.exitCode, 0, resumed.stderr);
  assert.deepEqual(linesOf(cwd, 'said').toSorted(), ['hot', 'synced', 'synced']);
});

test('ctrl-C ends a command that runs', async (t) => {
  const cwd = plannedShop(t);
  const hook = "trap 'echo asked > asked; exit' TERM; while :; do sleep 0.05; done";
  const run = new RunningCli([...add, '--on-hot-ready', hook], { cwd });
  await run.says(/clean up {2}done/);
  run.kill('SIGINT');
  const { exitCode, stderr } = await run.ended;
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /--on-hot-ready was ended with the run/);
  assert.deepEqual(linesOf(cwd, 'asked'), ['asked']);
});

test('a command that would never be run is refused', async (t) => {
  const cwd = plannedShop(t);
  const { exitCode, stderr } = await runCli([...add, '--no-plan', '--on-hot-ready', 'true'], { cwd });
  assert.equal(exitCode, 64);
  assert.match(stderr, /--on-hot-ready needs a plan/);
});
