import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import { progressLine } from '../../src/cli/json/progress.ts';
import { type CliResult, runCli } from '../support/cli.ts';
import { joinArguments, shopFolder, startSlowRun } from '../support/cli-shop.ts';
import { loggedShop, smallPlan } from '../support/logged-shop.ts';
import { RunningCli } from '../support/running-cli.ts';

type Line = z.infer<typeof progressLine>;

/** The lines of standard error, each of which must be one that is declared. */
function linesOf({ stderr }: CliResult): Line[] {
  return stderr
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const parsed = progressLine.safeParse(JSON.parse(line));
      assert.ok(parsed.success, `${line}: ${parsed.error?.message}`);
      return parsed.data;
    });
}

function typesOf(lines: readonly Line[]): string[] {
  return [...new Set(lines.map(({ type }) => type))].sort();
}

test('with --progress json standard error holds declared lines alone, of every long command', async (t) => {
  const cwd = loggedShop(t);
  const run = async (...args: string[]) => {
    const result = await runCli([...args, '--progress', 'json'], { cwd });
    assert.equal(result.exitCode, 0, result.stderr);
    return { lines: linesOf(result), stdout: result.stdout };
  };
  assert.deepEqual(typesOf((await run('analyze', 'access.csv', '--replica', 'east')).lines), ['analyze']);
  const planned = await run(...smallPlan, '--budget-keys', '10');
  assert.deepEqual(typesOf(planned.lines), ['plan']);
  assert.match(planned.stdout, /Planned 10 keys/);
  const steps = planned.lines.flatMap((line) => (line.type === 'plan' ? [line.step] : []));
  assert.ok(steps.includes('keys') && steps.includes('predict'), steps.join());
  assert.deepEqual(typesOf((await run(...smallPlan, '--out', '-')).lines), ['message', 'plan']);
  const looked = await run('doctor', '--json');
  assert.deepEqual(typesOf(looked.lines), ['doctor']);
  assert.equal(JSON.parse(looked.stdout).ready, true);
  assert.deepEqual(typesOf((await run('prefetch')).lines), ['message', 'run']);

  const joined = await run('add-replica', 'j', '--host', 'local', '--store', 'sqlite:j.db', '--json');
  const result = JSON.parse(joined.stdout);
  const runs = joined.lines.flatMap((line) => (line.type === 'run' ? [line] : []));
  assert.deepEqual([runs[0]?.event, runs.at(-1)?.event], ['start', 'end']);
  const { notes: _, rateHistory: __, ...end } = result.run;
  assert.deepEqual(runs.at(-1)?.run, end, 'the last line is the run as the result tells it');
  const moments = runs.flatMap(({ event, run }) =>
    event === 'phase' ? [`${run.phases.findLast(({ state }) => state !== 'waiting')?.name}`] : [],
  );
  for (const { name, state } of end.phases)
    if (state === 'done') assert.ok(moments.includes(name), `${name} of ${moments.join()}`);
  assert.ok(joined.lines.some((line) => line.type === 'message'));
});

test('errors and what resume says are lines too, and standard output says with --json what it would anyway', async (t) => {
  const cwd = shopFolder(t);
  const wrong = [
    ['add-replica', 'j', '--progress=json'],
    ['add-replica', 'j', '--progress', 'json', '--nonsense'],
    ['nonsense', '--progress', 'json'],
    [...joinArguments('east'), '--progress', 'json'],
    ['plan', '--state', 'none.db', '--progress', 'json'],
  ];
  for (const args of wrong) {
    const plain = await runCli(args, { cwd });
    const [line, ...more] = linesOf(plain);
    assert.deepEqual(more, [], args.join(' '));
    assert.equal(line?.type === 'error' && line.error.exitCode, plain.exitCode, plain.stderr);
    assert.equal(plain.stdout, '');
    const json = await runCli([...args, '--json'], { cwd });
    assert.deepEqual(JSON.parse(json.stdout).error, line?.type === 'error' && line.error);
  }

  const first = await startSlowRun(t, cwd);
  first.kill('SIGKILL');
  await first.ended;
  const resumed = new RunningCli(['resume', '--progress', 'json'], { cwd });
  await resumed.says(/"event":"second"/);
  resumed.kill('SIGTERM');
  const result = await resumed.ended;
  assert.equal(result.exitCode, 75, result.stderr);
  const lines = linesOf(result);
  assert.match(JSON.stringify(lines[0]), /Going on with/);
  const last = lines.at(-1);
  assert.equal(last?.type === 'error' && last.error.code, 'stopped');
  assert.equal(result.stdout, '');
});

test('what is followed is told by lines until it is stopped', async (t) => {
  const cwd = loggedShop(t);
  const following = new RunningCli(['analyze', 'access.csv', '--follow', '--progress', 'json'], { cwd });
  await following.says(/"event":"began"/);
  following.kill('SIGTERM');
  const result = await following.ended;
  assert.equal(result.exitCode, 0, result.stderr);
  const told = linesOf(result).filter((line) => line.type === 'follow');
  assert.deepEqual(
    told.map((line) => line.type === 'follow' && [line.event, line.logs]),
    [['began', 1]],
  );
});

test('plain lines come also where they would not, and none leaves the result alone', async (t) => {
  const cwd = shopFolder(t, 2000);
  const plain = await runCli([...joinArguments('a', 'sqlite:a.db'), '--json', '--progress', 'plain'], {
    cwd,
  });
  assert.equal(plain.exitCode, 0, plain.stderr);
  assert.match(plain.stderr, /snapshot {2}done/);
  assert.equal(JSON.parse(plain.stdout).rows, 2001);
  const none = await runCli([...joinArguments('b', 'sqlite:b.db'), '--progress', 'none'], { cwd });
  assert.equal(none.stderr, '');
  assert.match(none.stdout, /b holds items: 2,001 rows/);
});
