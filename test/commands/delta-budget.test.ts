import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { joinArguments, shopFolder, startSlowRun, statusOf } from '../support/cli-shop.ts';
import { replayShop, startShopWriter, writesIn } from '../support/shop-writer.ts';
import { rowsOf } from '../support/tables.ts';

test('beside a writer, a replica is added within the budget that was given, and the run tells it', async (t) => {
  const cwd = shopFolder(t);
  const [shop, model, joiner] = ['shop', 'model', 'joiner'].map((name) => path.join(cwd, `${name}.db`));
  assert.ok(shop && model && joiner);
  copyFileSync(shop, model);
  const writer = await startShopWriter(t, shop, 25_000);
  const { exitCode, stdout, stderr } = await runCli(
    [...joinArguments('j'), '--delta-budget', '40k', '--json'],
    {
      cwd,
    },
  );
  await writer.stop();
  assert.equal(exitCode, 0, stderr);
  const { deltaLog, verification } = JSON.parse(stdout).run;
  assert.deepEqual([deltaLog.budgetKeys, verification.differences], [40_000, 0]);
  assert.ok(deltaLog.keys > 0 && deltaLog.keys <= 40_000);
  replayShop(model, writesIn(joiner), 25_000);
  assert.deepEqual(rowsOf(joiner, 'items'), rowsOf(model, 'items'));
});

test('a run under way is shown with its Delta Log', async (t) => {
  const cwd = shopFolder(t);
  await startSlowRun(t, cwd);
  const [living] = (await statusOf(cwd)).running;
  assert.equal(living?.run.deltaLog?.budgetKeys, 20_000_000);
  const page = await runCli(['status', living?.id ?? ''], { cwd });
  assert.match(page.stdout, /^ {2}Delta Log +0 keys$/m);
});

test('a prefetch gives its budget to the add-replica that uses it, which may give another', async (t) => {
  const cwd = shopFolder(t);
  const at = new Date().toISOString();
  const plan = [
    { kind: 'foresync.plan', version: 1, origin: at, horizonMs: 86_400_000, model: 'test', minConfidence: 0 },
    { key: 1, confidence: 0.9, expectedAt: at, expectedReads: 1, expectedWrites: 0, model: 'test' },
  ];
  Object.assign(plan[0] ?? {}, { entries: 1, expectedHitRate: 0.5 });
  writeFileSync(path.join(cwd, 'plan.jsonl'), plan.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const budgetOf = async (args: string[], joiner = 'j') => {
    const prefetch = await runCli(['prefetch', '--delta-budget', '7k'], { cwd });
    assert.equal(prefetch.exitCode, 0, prefetch.stderr);
    const place = ['--host', 'local', '--store', `sqlite:${joiner}.db`, '--json'];
    const { exitCode, stdout, stderr } = await runCli(['add-replica', joiner, ...place, ...args], { cwd });
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout).run.deltaLog.budgetKeys;
  };
  assert.equal(await budgetOf([]), 7000);
  assert.equal(await budgetOf(['--delta-budget', '9k'], 'k'), 9000);
});

test('what is no number of keys is refused', async (t) => {
  const cwd = shopFolder(t);
  for (const command of [joinArguments('j'), ['prefetch']]) {
    const { exitCode, stderr } = await runCli([...command, '--delta-budget', '20MiB'], { cwd });
    assert.equal(exitCode, 64);
    assert.match(stderr, /'20MiB' is no number of keys\.\n.*Write 20M, 500k or 20000000\./);
  }
});
