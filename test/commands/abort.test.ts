import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import {
  donorState,
  filesIn,
  joinArguments,
  leaveDeadRun,
  shopFolder,
  startSlowRun,
  statusOf,
} from '../support/cli-shop.ts';
import { RunningCli } from '../support/running-cli.ts';
import { rowsOf, temporaryFolder } from '../support/tables.ts';

test('without a state file there is nothing to give up, and no file is made', async (t) => {
  const cwd = temporaryFolder(t);
  const { exitCode, stdout } = await runCli(['abort', '--json'], { cwd });
  assert.equal(exitCode, 0);
  assert.deepEqual(JSON.parse(stdout), { outcome: 'nothing', dryRun: false });
  assert.deepEqual(readdirSync(cwd), []);
});

test('a look with --dry-run, and a question that nobody can answer, change nothing of a run that lives', async (t) => {
  const cwd = shopFolder(t);
  await startSlowRun(t, cwd);
  const before = { donor: donorState(cwd), files: filesIn(cwd), ...(await statusOf(cwd)) };
  const look = await runCli(['abort', '--dry-run'], { cwd });
  assert.equal(look.exitCode, 0);
  assert.match(look.stdout, /^Its process \d+ at .* would be ended\.$/m);
  assert.match(look.stdout, /^The Delta Log at east would go: 0 keys\.$/m);
  assert.match(look.stdout, /joiner\.db\.foresync-joining at j\s+would go\./);
  const asked = await runCli(['abort'], { cwd });
  assert.equal(asked.exitCode, 64);
  assert.match(asked.stderr, /Nobody can be asked here\.\n.*--yes/);
  const now = { donor: donorState(cwd), files: filesIn(cwd), ...(await statusOf(cwd)) };
  assert.deepEqual(now.donor, before.donor);
  assert.deepEqual(now.files, before.files);
  assert.deepEqual(
    now.running.map(({ id, pid }) => [id, pid]),
    before.running.map(({ id, pid }) => [id, pid]),
  );
  assert.equal(now.running.length, 1);
});

test('a run that lives is ended, and leaves the donor and the folder as they were; a new one can be made', async (t) => {
  const cwd = shopFolder(t);
  const before = { donor: donorState(cwd), files: filesIn(cwd) };
  const run = await startSlowRun(t, cwd);
  assert.notDeepEqual(donorState(cwd).schema, before.donor.schema);
  const [living] = (await statusOf(cwd)).running;
  const { exitCode, stdout, stderr } = await runCli(['abort', '--yes'], { cwd });
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^Its process was stopped\.$/m);
  assert.match(stdout, /^[0-9a-f]{8}, add-replica j is aborted\.$/m);
  assert.equal((await run.ended).exitCode, 75);
  assert.deepEqual({ donor: donorState(cwd), files: filesIn(cwd) }, before);
  const { running, unfinished, ended } = await statusOf(cwd);
  assert.deepEqual([running, unfinished, ended.map(({ standing }) => standing)], [[], [], ['aborted']]);

  const again = await runCli(['abort', living?.id ?? '', '--yes', '--json'], { cwd });
  assert.equal(again.exitCode, 0, again.stderr);
  assert.equal(JSON.parse(again.stdout).outcome, 'aborted');
  const none = await runCli(['abort', '--yes'], { cwd });
  assert.equal(none.exitCode, 0);
  assert.match(none.stdout, /^No run lives or was left unfinished: there is nothing to take away\.$/m);

  const anew = await runCli(joinArguments('j'), { cwd });
  assert.equal(anew.exitCode, 0, anew.stderr);
  assert.doesNotMatch(anew.stderr, /resumed/);
  assert.deepEqual(rowsOf(path.join(cwd, 'joiner.db'), 'items'), before.donor.rows);
  const late = await runCli(['abort', living?.id ?? '', '--yes', '--json'], { cwd });
  assert.equal(late.exitCode, 0);
  const { outcome } = JSON.parse(late.stdout);
  assert.equal(outcome, 'nothing', 'what a later run has made is not taken away');
  assert.deepEqual(rowsOf(path.join(cwd, 'joiner.db'), 'items'), before.donor.rows);
});

test('what a dead run left is taken away', async (t) => {
  const cwd = shopFolder(t);
  const before = { donor: donorState(cwd), files: filesIn(cwd) };
  await leaveDeadRun(t, cwd);
  assert.notDeepEqual(filesIn(cwd), before.files);
  const { exitCode, stdout, stderr } = await runCli(['abort', '--yes', '--json'], { cwd });
  assert.equal(exitCode, 0, stderr);
  const { was, outcome, capture, staging } = JSON.parse(stdout);
  assert.deepEqual([was, outcome, capture.donor, staging.joiner], ['died', 'aborted', 'east', 'j']);
  assert.deepEqual({ donor: donorState(cwd), files: filesIn(cwd) }, before);
});

test('of several runs none is guessed: they are listed, and nothing is changed', async (t) => {
  const cwd = shopFolder(t);
  await leaveDeadRun(t, cwd);
  // A second group, of another lead, in the same journal.
  copyFileSync(path.join(cwd, 'shop.db'), path.join(cwd, 'west.db'));
  writeFileSync(
    path.join(cwd, 'west.yaml'),
    'group: western\ntable: others\nlead: west\nreplicas: { west: { store: "sqlite:west.db" } }\n',
  );
  const other = new RunningCli(
    [...joinArguments('k', 'sqlite:other.db'), '--config', 'west.yaml', '--follow'],
    { cwd },
  );
  t.after(() => other.kill('SIGKILL'));
  await other.says(/follow {2}running/);
  const { running, unfinished } = await statusOf(cwd);
  const ids = [...running, ...unfinished].map(({ id }) => id.slice(0, 8));
  assert.equal(ids.length, 2);
  const before = { files: filesIn(cwd), ...(await statusOf(cwd)) };
  for (const more of [['--yes'], ['--dry-run'], []]) {
    const { exitCode, stderr } = await runCli(['abort', ...more], { cwd });
    assert.equal(exitCode, 64);
    assert.match(stderr, /There are 2 runs to choose from: .*add-replica [jk], .*; .*add-replica [jk], /);
    assert.match(stderr, new RegExp(`Name one of them, as in 'foresync abort (${ids.join('|')})`));
    for (const id of ids) assert.ok(stderr.includes(id));
  }
  assert.deepEqual(filesIn(cwd), before.files);
  // The one that lives is no candidate of cleanup's.
  const cleaned = await runCli(['cleanup', '--yes'], { cwd });
  assert.equal(cleaned.exitCode, 0, cleaned.stderr);
  assert.match(cleaned.stdout, /^[0-9a-f]{8}, add-replica j: nothing of it is left\.$/m);
  assert.equal((await runCli(['abort', '--yes'], { cwd })).exitCode, 0);
  assert.equal((await other.ended).exitCode, 0);
});
