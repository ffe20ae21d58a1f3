import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openState } from '../../src/core/state/open.ts';
import { recordCourse } from '../../src/core/state/run-course.ts';
import { recordRun } from '../../src/core/state/runs.ts';
import { runCli } from '../support/cli.ts';
import { joinArguments, shopFolder, writeSmallPlan } from '../support/cli-shop.ts';
import { type TestContext, temporaryFolder } from '../support/tables.ts';
import { recordedRun } from '../ui/recorded-run.ts';
import { keptRun } from '../ui/report/example-picture.ts';

const env = { LANG: 'C.UTF-8', LC_ALL: undefined };

/** A folder whose state file has runs with these ids, the last one the newest. */
function folderWith(t: TestContext, ids: readonly string[]): string {
  const folder = temporaryFolder(t);
  const state = openState(path.join(folder, 'foresync.db'));
  const { stored, course } = keptRun(recordedRun());
  ids.forEach((id, index) => {
    recordRun(state, { ...stored, id, startedMs: stored.startedMs + index * 60_000, plan: undefined });
    recordCourse(state, id, course);
  });
  state.close();
  return folder;
}

test('a run that was just made is drawn, with how it went over time', async (t) => {
  const cwd = shopFolder(t);
  writeSmallPlan(cwd);
  const args = joinArguments('j').filter((arg) => arg !== '--no-plan');
  assert.equal((await runCli([...args, '--plan', 'plan.jsonl'], { cwd })).exitCode, 0);
  const { stdout, exitCode } = await runCli(['report', '--out', 'report.html'], { cwd, env });
  assert.equal(exitCode, 0);
  assert.match(stdout, /✓ Run \S{8} is drawn in report\.html \(\d+\.\d KiB\), one page/);
  assert.match(stdout, /→ foresync metrics \S{8} --log FILE/);
  const page = readFileSync(path.join(cwd, 'report.html'), 'utf8');
  assert.match(page, /j holds items: 2\d,\d{3} rows/);
  for (const id of ['timeline', 'hit-rate', 'bytes'])
    assert.ok(page.includes(`aria-labelledby="${id}-wide-title`), id);
});

test('the newest run is drawn, into a file of its name; what is there stays unless it is forced', async (t) => {
  const cwd = folderWith(t, ['aaaa1111-old', 'bbbb2222-new']);
  const first = await runCli(['report', '--json'], { cwd });
  const file = path.join(cwd, 'foresync-bbbb2222.html');
  const { runId, file: told, sizeBytes } = JSON.parse(first.stdout);
  assert.deepEqual([runId, told, sizeBytes], ['bbbb2222-new', file, readFileSync(file).length]);
  writeFileSync(file, 'mine');
  const second = await runCli(['report'], { cwd });
  assert.equal(second.exitCode, 73);
  assert.match(second.stderr, /There is a file foresync-bbbb2222\.html already/);
  assert.equal(readFileSync(file, 'utf8'), 'mine');
  assert.equal((await runCli(['report', '--replace'], { cwd })).exitCode, 0);
  assert.match(readFileSync(file, 'utf8'), /^<!doctype html>/);
});

test('a run is named by the beginning of its id, which must be of one alone', async (t) => {
  const cwd = folderWith(t, ['aaaa1111-one', 'aaaa2222-two']);
  const { stdout } = await runCli(['report', 'aaaa1', '--out', '-'], { cwd });
  assert.match(stdout, /of run aaaa1111-one\./);
  const both = await runCli(['report', 'aaaa', '--json'], { cwd });
  assert.deepEqual([both.exitCode, JSON.parse(both.stdout).error.code], [64, 'run-ambiguous']);
  const none = await runCli(['report', 'cccc', '--json'], { cwd });
  assert.deepEqual([none.exitCode, JSON.parse(none.stdout).error.code], [64, 'run-unknown']);
});

test('where nothing can be drawn or written it says so, and leaves nothing behind', async (t) => {
  const cwd = folderWith(t, []);
  assert.match((await runCli(['report'], { cwd })).stderr, /No run is kept/);
  assert.match((await runCli(['report', '--state', 'other.db'], { cwd })).stderr, /no state file other\.db/);
  const shop = folderWith(t, ['aaaa1111-one']);
  const away = await runCli(['report', '--out', 'nowhere/report.html'], { cwd: shop });
  assert.equal(away.exitCode, 74);
  assert.match(away.stderr, /^✗ nowhere\/report\.html cannot be written: no such file or directory\.$/m);
  const twice = await runCli(['report', '--out', '-', '--json'], { cwd: shop });
  assert.equal(twice.exitCode, 64);
});
