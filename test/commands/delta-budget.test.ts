import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
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

test('what is no number of keys is refused', async (t) => {
  const cwd = shopFolder(t);
  for (const command of [joinArguments('j'), ['prefetch']]) {
    const { exitCode, stderr } = await runCli([...command, '--delta-budget', '20MiB'], { cwd });
    assert.equal(exitCode, 64);
    assert.match(stderr, /'20MiB' is no number of keys\.\n.*Write 20M, 500k or 20000000\./);
  }
});
