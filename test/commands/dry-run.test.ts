import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectRoot, runCli } from '../support/cli.ts';
import { joinArguments, shopFolder, startSlowRun, writeSmallPlan } from '../support/cli-shop.ts';
import { joinedShop, loggedShop, smallPlan, writeJoinerLog } from '../support/logged-shop.ts';

/** What SQLite keeps beside a file comes and goes with whoever looks. */
const passing = /-(wal|shm)$/;

/** Every file of a folder with a digest of what is in it. */
function contentsOf(folder: string): Record<string, string> {
  const digest = (name: string) =>
    createHash('sha256')
      .update(readFileSync(path.join(folder, name)))
      .digest('hex');
  const names = readdirSync(folder).filter((name) => !passing.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, digest(name)]));
}

/** Runs a command in a folder, where it must change nothing. */
async function look(cwd: string, args: readonly string[]): Promise<string> {
  const before = contentsOf(cwd);
  const { exitCode, stdout, stderr } = await runCli([...args, '--dry-run'], { cwd });
  assert.equal(exitCode, 0, `${args.join(' ')}: ${stdout}${stderr}`);
  assert.deepEqual(contentsOf(cwd), before, args.join(' '));
  return stdout;
}

test('analyze --dry-run shows what the logs give, makes no state file, and leaves one as it is', async (t) => {
  const cwd = loggedShop(t);
  assert.match(await look(cwd, ['analyze', 'access.csv']), /Read 1 log[\s\S]*Nothing was kept/);
  assert.ok(!readdirSync(cwd).some((name) => name.startsWith('foresync.db')));
  const first = await runCli(['analyze', 'access.csv', '--json'], { cwd });
  const { history } = JSON.parse(first.stdout);
  const again = await look(cwd, ['analyze', 'access.csv', '--rebuild', '--json']);
  assert.equal(JSON.parse(again).dryRun, true);
  assert.deepEqual(JSON.parse(again).history, history);
  const onTop = JSON.parse(await look(cwd, ['analyze', 'access.csv', '--json']));
  assert.equal(onTop.files[0].state, 'unchanged', 'it knows what was read before');
  assert.deepEqual(onTop.history, history);
});

test('plan --dry-run shows the plan that the same without it writes, and keeps nothing that was learned', async (t) => {
  const cwd = loggedShop(t);
  assert.equal((await runCli(['analyze', 'access.csv'], { cwd })).exitCode, 0);
  const told = await look(cwd, [...smallPlan, '--budget-keys', '10']);
  assert.match(told, /Planned 10 keys[\s\S]*Nothing was written/);
  assert.doesNotMatch(told, /Written to/);
  const { first } = JSON.parse(await look(cwd, [...smallPlan, '--budget-keys', '10', '--json']));
  const written = await runCli([...smallPlan, '--budget-keys', '10', '--json'], { cwd });
  assert.deepEqual(JSON.parse(written.stdout).first, first);
});

test('plan inspect and report tell with --dry-run what they would write, and refuse a file that is there', async (t) => {
  const cwd = loggedShop(t);
  assert.equal((await runCli(['analyze', 'access.csv'], { cwd })).exitCode, 0);
  assert.equal((await runCli(['plan', '--model', 'decay', '--budget-keys', '10'], { cwd })).exitCode, 0);
  const edit = ['plan', 'inspect', '--budget-keys', '3', '--out'];
  assert.match(await look(cwd, [...edit, 'edited.jsonl']), /edited +3 keys[\s\S]*Nothing was written;/);
  assert.equal(JSON.parse(await look(cwd, [...edit, 'plan.jsonl', '--replace', '--json'])).dryRun, true);
  assert.equal((await runCli([...edit, 'plan.jsonl', '--dry-run'], { cwd })).exitCode, 73);

  assert.equal((await runCli(joinArguments('j'), { cwd })).exitCode, 0);
  const told = await look(cwd, ['report', '--out', 'page.html']);
  assert.match(
    told,
    /^Run [0-9a-f]{8} would be drawn in page\.html \([\d.]+ KiB\)\. Nothing was written\.$/m,
  );
  assert.equal(JSON.parse(await look(cwd, ['report', '--json'])).dryRun, true);
  assert.doesNotMatch(await look(cwd, ['report', '--out', '-']), /<html/);
  assert.equal((await runCli(['report', '--out', 'plan.jsonl', '--dry-run'], { cwd })).exitCode, 73);
});

test('every command that has --dry-run is named where docs/JSON.md tells of looking first', () => {
  const { commands } = JSON.parse(readFileSync(path.join(projectRoot, 'oclif.manifest.json'), 'utf8'));
  const [, page = ''] =
    /## Looking first\n(.*?)\n## /s.exec(readFileSync(path.join(projectRoot, 'docs/JSON.md'), 'utf8')) ?? [];
  const able = Object.entries<{ flags: object }>(commands).filter(([, { flags }]) => 'dry-run' in flags);
  assert.ok(able.length > 10);
  for (const [id] of able) assert.ok(page.includes(`\`${id.replace(':', ' ')}\``), id);
});

test('prefetch, its release and add-replica tell with --dry-run what they would do', async (t) => {
  const cwd = shopFolder(t, 2000);
  writeSmallPlan(cwd);
  const cache = await look(cwd, ['prefetch', '--keep', '2h']);
  assert.match(cache, /capture .*A Delta Log of items is begun at east, and kept for 2 h/);
  assert.match(cache, /1 planned key .*plan\.jsonl.* are read into Prefetch Caches/);
  const place = ['--host', 'local', '--store', 'sqlite:j.db'];
  const told = await look(cwd, ['add-replica', 'j', ...place, '--on-synced', 'touch ran', '--follow']);
  assert.match(told, /hot +The rows of 1 planned key/);
  assert.match(told, /publish +items appears in .*j\.db at j, whole\./);
  assert.match(told, /follow[\s\S]*--on-synced is run here/);
  assert.match(await look(cwd, ['prefetch', '--release']), /There is no Delta Log at east/);
  assert.equal((await runCli(['prefetch'], { cwd })).exitCode, 0);
  assert.match(
    await look(cwd, ['prefetch', '--release']),
    /The Delta Log at east would go\.\neast: any cache would go/,
  );
  const gone = await runCli(['prefetch', '--release'], { cwd });
  assert.match(gone.stdout, /The Delta Log at east is gone/, 'it was still there');
});

test('a run that would be refused is foretold with the exit code that it would end with', async (t) => {
  const cwd = shopFolder(t, 2000);
  assert.equal((await runCli(joinArguments('j'), { cwd })).exitCode, 0);
  const before = contentsOf(cwd);
  const dry = await runCli([...joinArguments('j'), '--dry-run'], { cwd });
  assert.match(dry.stdout, /holds a table items\s+already[\s\S]*would be refused. Nothing was changed/);
  const real = await runCli(joinArguments('j'), { cwd });
  assert.deepEqual([dry.exitCode, real.exitCode], [73, 73]);
  const json = await runCli([...joinArguments('j'), '--dry-run', '--json'], { cwd });
  const { ready, exitCode, steps } = JSON.parse(json.stdout);
  assert.deepEqual([ready, exitCode, steps, json.exitCode], [false, 73, [], 73]);
  assert.equal(contentsOf(cwd)['j.db'], before['j.db']);
  assert.match(await look(cwd, [...joinArguments('j'), '--replace']), /takes the place of the table/);
});

test('throttle, resume, abort and cleanup look at a run with --dry-run and leave it alone', async (t) => {
  const cwd = shopFolder(t);
  const slow = await startSlowRun(t, cwd);
  const told = await runCli(['throttle', 'off', '--dry-run'], { cwd });
  assert.match(told.stdout, /it would be told no limit/);
  const { limit } = JSON.parse((await runCli(['status', '--json'], { cwd })).stdout).running[0].run;
  assert.equal(limit.bytesPerSecond, 100);
  slow.kill('SIGKILL');
  await slow.ended;
  const [{ id }] = JSON.parse((await runCli(['status', '--json'], { cwd })).stdout).unfinished;
  assert.match(await look(cwd, ['resume', id]), /snapshot +All rows are sent to j/);
  assert.match(await look(cwd, ['abort', id]), /The Delta Log at east would go/);
  assert.match(await look(cwd, ['cleanup', id]), /The Delta Log at east would go/);
});

test('metrics --dry-run measures and tells what it would tune, and keeps neither', async (t) => {
  const { cwd, startedAtMs } = await joinedShop(t);
  writeJoinerLog(cwd, startedAtMs);
  const log = ['metrics', '--log', 'joiner.csv'];
  assert.match(
    await look(cwd, log),
    /Reads of planned keys +90\.0 % came true[\s\S]*would tune[\s\S]*Nothing was kept/,
  );
  const dry = JSON.parse(await look(cwd, [...log, '--json']));
  const kept = JSON.parse((await runCli(['metrics', '--json'], { cwd })).stdout);
  assert.equal(kept.runs[0].planHitRate, undefined);
  assert.deepEqual(kept.parameterChanges, []);
  const real = JSON.parse((await runCli([...log, '--json'], { cwd })).stdout);
  assert.equal(real.run.planHitRate, dry.run.planHitRate);
  assert.deepEqual(real.tuning, dry.tuning);
});
