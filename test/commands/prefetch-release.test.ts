import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { shopFolder, startSlowRun } from '../support/cli-shop.ts';
import { rowsOf } from '../support/tables.ts';

test('what a run works with just now is not taken away from it', async (t) => {
  const cwd = shopFolder(t);
  const run = await startSlowRun(t, cwd);
  const { exitCode, stderr } = await runCli(['prefetch', '--release'], { cwd });
  assert.equal(exitCode, 73);
  assert.match(stderr, /Run [0-9a-f]{8}, add-replica j, still runs.*'foresync abort [0-9a-f]{8}' ends it/s);
  await runCli(['throttle', 'off'], { cwd });
  const ended = await run.ended;
  assert.equal(ended.exitCode, 0, ended.stderr);
  assert.deepEqual(rowsOf(path.join(cwd, 'joiner.db'), 'items'), rowsOf(path.join(cwd, 'shop.db'), 'items'));
});
