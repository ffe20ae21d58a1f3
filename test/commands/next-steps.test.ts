import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { joinArguments, leaveDeadRun, statusOf } from '../support/cli-shop.ts';
import { loggedShop, smallPlan, writeJoinerLog } from '../support/logged-shop.ts';

test('each command ends with what is useful next, and never with what was just done', async (t) => {
  const cwd = loggedShop(t, 25_000);
  const next = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await runCli(args, { cwd });
    assert.equal(exitCode, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    return /\n→ Next: (.*)\n$/.exec(stdout)?.[1];
  };
  assert.match((await next('analyze', 'access.csv')) ?? '', /^foresync plan/);
  assert.equal(await next(...smallPlan, '--backtest'), 'foresync plan');
  await next(...smallPlan, '--budget-keys', '10');
  const edited = await next('plan', 'inspect', '--budget-keys', '5', '--out', 'edited.jsonl');
  assert.match(edited ?? '', /--plan edited\.jsonl$/);
  assert.equal(await next('plan', 'diff', 'plan.jsonl', 'edited.jsonl'), edited);
  assert.equal(await next('plan', 'diff', 'plan.jsonl', 'plan.jsonl'), undefined);

  const join = joinArguments('j', "sqlite:it's j.db");
  assert.equal(
    await next(...join, '--dry-run'),
    "foresync add-replica j --host local --store 'sqlite:it'\\''s j.db' --no-plan",
  );
  const joined = await next('add-replica', 'k', '--host', 'local', '--store', 'sqlite:k.db');
  assert.match(joined ?? '', /^foresync metrics [0-9a-f]{8}$/);
  const [{ id = '', run = undefined } = {}] = (await statusOf(cwd)).ended;
  assert.match((await next('metrics', id)) ?? '', /^foresync metrics [0-9a-f]{8} --log FILE$/);
  assert.equal(await next('metrics'), await next('metrics', id));
  writeJoinerLog(cwd, run?.startedAtMs ?? 0);
  assert.equal(await next('metrics', id, '--log', 'joiner.csv'), 'foresync plan');
  assert.equal(await next('metrics', id), 'foresync plan');
  assert.equal(await next('metrics'), 'foresync plan');

  await leaveDeadRun(t, cwd, 'l');
  assert.equal(await next('abort', '--yes'), 'foresync status');
  await next('prefetch');
  assert.equal(await next('prefetch', '--release'), 'foresync status');
});
