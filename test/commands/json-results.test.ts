import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorJson } from '../../src/cli/json/progress.ts';
import { type ResultName, results } from '../../src/cli/json/results.ts';
import { runCli } from '../support/cli.ts';
import { leaveDeadRun, startSlowRun } from '../support/cli-shop.ts';
import { loggedShop, smallPlan, writeJoinerLog } from '../support/logged-shop.ts';
import { RunningCli } from '../support/running-cli.ts';

test('what every command prints with --json is what is declared of it, to the last field', async (t) => {
  const cwd = loggedShop(t, 25_000);
  const unseen = new Set<string>(Object.keys(results));
  const run = async <T>(name: ResultName, args: readonly string[]): Promise<T> => {
    const { stdout, stderr, exitCode } = await runCli([...args, '--json'], { cwd });
    assert.equal(exitCode, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    const printed: unknown = JSON.parse(stdout);
    const { error } = results[name].safeParse(printed);
    assert.equal(error, undefined, `${name}: ${error?.message}`);
    unseen.delete(name);
    return printed as T;
  };
  const place = ['--host', 'local', '--store'];
  await run('completion', ['completion', 'bash']);
  await run('init', ['init', '--replica', 'east=sqlite:shop.db', '--table', 'items', '--config', 'new.yaml']);
  await run('analyze', ['analyze', 'access.csv', '--replica', 'east']);
  await run('plan', [...smallPlan, '--budget-keys', '10', '--fail-under', '0.1']);
  await run('plan --backtest', [...smallPlan, '--backtest']);
  await run('plan --explain KEY', [...smallPlan, '--explain', '1']);
  await run('plan inspect', [
    'plan',
    'inspect',
    'plan.jsonl',
    '--key',
    '1',
    '--exclude',
    '2',
    '--out',
    'edited.jsonl',
  ]);
  await run('plan diff', ['plan', 'diff', 'plan.jsonl', 'edited.jsonl']);
  await run('simulate', [
    'simulate',
    '--link',
    '500/s',
    '--bwlimit',
    '400/s',
    '--write-rate',
    '1/s',
    '--budget-keys',
    '10',
  ]);
  await run('doctor', ['doctor', 'j', ...place, 'sqlite:j.db']);
  await run('prefetch --dry-run', ['prefetch', '--dry-run']);
  await run('prefetch', ['prefetch']);
  await run('add-replica --dry-run', ['add-replica', 'j', ...place, 'sqlite:j.db', '--dry-run']);
  const added = await run<{ runId: string; run: { startedAtMs: number } }>('add-replica', [
    ...['add-replica', 'j', ...place, 'sqlite:j.db', '--plan', 'plan.jsonl', '--on-synced', 'true'],
  ]);
  writeJoinerLog(cwd, added.run.startedAtMs);
  await run('metrics RUN', ['metrics', added.runId, '--log', 'joiner.csv']);
  await run('metrics', ['metrics']);
  await run('tune', ['tune', '--set', 'order=reads-per-byte', '--freeze', 'horizon']);
  await run('metrics --tuning', ['metrics', '--tuning']);
  await run('metrics RUN OTHER', ['metrics', added.runId, added.runId]);
  await run('metrics --prometheus', ['metrics', '--prometheus', 'foresync.prom']);
  await run('report', ['report', added.runId]);
  await run('prefetch --release', ['prefetch', '--release']);

  const slow = await startSlowRun(t, cwd, 'k');
  await run('throttle', ['throttle', '1MiB/s', '--dry-run']);
  const [living] = (await run<{ running: { id: string }[] }>('status', ['status'])).running;
  await run('status RUN', ['status', living?.id ?? '']);
  await run('abort', ['abort', '--dry-run']);
  slow.kill('SIGKILL');
  await slow.ended;
  await run('resume --dry-run', ['resume', '--dry-run']);
  await run('cleanup', ['cleanup', '--yes']);
  await leaveDeadRun(t, cwd, 'k');
  assert.deepEqual([...unseen], ['resume']);
  const resuming = new RunningCli(['resume', '--json', '--progress', 'plain'], { cwd });
  await resuming.says(/snapshot {2}running/);
  // It goes on with the limit that the run had.
  assert.equal((await runCli(['throttle', 'off'], { cwd })).exitCode, 0);
  const { stdout, exitCode } = await resuming.ended;
  assert.equal(exitCode, 0, stdout);
  results.resume.parse(JSON.parse(stdout));
});

test('an error is the one object under --json, with the exit code that the command has without', async (t) => {
  const cwd = loggedShop(t);
  const place = ['--host', 'local', '--store', 'sqlite:j.db'];
  const failing: [string[], number][] = [
    [['analyze', 'none.csv'], 74],
    [['plan'], 65],
    [['plan', '--horizon', 'x'], 64],
    [['nonsense'], 64],
    [['simulate'], 65],
    [['doctor', 'j'], 64],
    [['prefetch'], 74],
    [['prefetch', '--config', 'none.yaml'], 78],
    [['add-replica'], 64],
    [['add-replica', 'east', ...place], 64],
    [['add-replica', 'j', '--host', 'local', '--store', 'sqlite:no/such/j.db', '--no-plan'], 74],
    [['resume'], 64],
    [['status', 'x'], 64],
    [['throttle', 'x'], 64],
    [['throttle', '1MiB'], 64],
    [['abort', 'ffff', '--yes'], 64],
    [['cleanup', 'ffff', '--yes'], 64],
    [['metrics', 'x'], 64],
  ];
  for (const [args, expected] of failing) {
    const plain = await runCli(args, { cwd });
    const json = await runCli([...args, '--json'], { cwd });
    const what = `${args.join(' ')}: ${plain.stderr}${json.stdout}${json.stderr}`;
    assert.equal(json.exitCode, plain.exitCode, what);
    const { error } = errorJson.parse(JSON.parse(json.stdout));
    assert.equal(error.exitCode, json.exitCode, what);
    assert.equal(plain.stdout, '', what);
    assert.notEqual(plain.stderr, '', what);
    assert.equal(json.exitCode, expected, what);
  }
});
