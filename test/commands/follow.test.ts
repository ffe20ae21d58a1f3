import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { runCli } from '../support/cli.ts';
import { shopFolder } from '../support/cli-shop.ts';
import { RunningCli } from '../support/running-cli.ts';
import { rowsOf, schemaOf, type TestContext } from '../support/tables.ts';

const add = ['add-replica', 'j', '--host', 'local', '--store', 'sqlite:joiner.db', '--no-plan'];

function placesOf(t: TestContext) {
  const cwd = shopFolder(t, 2000);
  const [shop, joiner] = [path.join(cwd, 'shop.db'), path.join(cwd, 'joiner.db')];
  const before = schemaOf(shop);
  const write = (sql: string) => {
    const db = new Database(shop);
    db.exec(sql);
    db.close();
  };
  /** Resolves when the run has told its journal that it is level with a moment after this call. */
  const level = async () => {
    const sinceMs = Date.now();
    for (;;) {
      const { stdout } = await runCli(['status', '--json'], { cwd });
      const { run } = JSON.parse(stdout).running[0];
      if (run.follow?.levelAtMs > sinceMs) return run;
    }
  };
  const assertClean = () => {
    assert.deepEqual(schemaOf(shop), before);
    assert.ok(!schemaOf(joiner).some((entry) => entry.includes('foresync')));
  };
  const assertEqual = () => assert.deepEqual(rowsOf(joiner, 'items'), rowsOf(shop, 'items'));
  return { cwd, write, level, assertClean, assertEqual };
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`a run with --follow goes on until ${signal}, which is its good end`, async (t) => {
    const { cwd, write, level, assertClean, assertEqual } = placesOf(t);
    const run = new RunningCli([...add, '--follow', '--on-synced', 'echo synced; exit 0'], { cwd });
    await run.says(/follow {2}running/);
    await run.says(/on-synced: synced/);
    write('DELETE FROM items WHERE id < 100');
    const { follow, phases } = await level();
    assert.ok(follow.lagMs >= 0 && follow.keysWaiting === 0);
    assert.equal(phases.find(({ name }: { name: string }) => name === 'follow').state, 'running');
    assert.match((await runCli(['status'], { cwd })).stdout, /follow, .* behind/);
    run.kill(signal);
    const { exitCode, stdout } = await run.ended;
    assert.equal(exitCode, 0);
    assert.match(stdout, /^j holds items: 1,901 rows, equal to east at watermark [1-9]\d*\.$/m);
    assert.match(stdout, /^It was proven equal at watermark 0, 2,001 rows, and followed from there for /m);
    assertEqual();
    assertClean();
  });
}

test('a run that was killed while it followed is gone on with by resume', async (t) => {
  const { cwd, write, level, assertClean, assertEqual } = placesOf(t);
  const killed = new RunningCli([...add, '--follow', '--on-synced', 'echo synced >> said'], { cwd });
  await killed.says(/on-synced {2}done/);
  await level();
  killed.kill('SIGKILL');
  await killed.ended;
  write("DELETE FROM items WHERE id < 100; UPDATE items SET body = 'later' WHERE id < 200");
  const resumed = new RunningCli(['resume'], { cwd });
  await resumed.says(/follow {2}running/);
  await level();
  assertEqual();
  resumed.kill('SIGTERM');
  assert.equal((await resumed.ended).exitCode, 0);
  assert.equal(readFileSync(path.join(cwd, 'said'), 'utf8'), 'synced\n');
  assertClean();
});

test('a run that was killed while it followed is ended by the same command without --follow, and by abort', async (t) => {
  for (const ending of [add, ['abort', '--yes']]) {
    const { cwd, assertClean, assertEqual } = placesOf(t);
    const killed = new RunningCli([...add, '--follow'], { cwd });
    await killed.says(/follow {2}running/);
    killed.kill('SIGKILL');
    await killed.ended;
    const { exitCode, stderr } = await runCli(ending, { cwd });
    assert.equal(exitCode, 0, stderr);
    assertEqual();
    assertClean();
  }
});

test('abort ends a run that follows, and its replica stays', async (t) => {
  const { cwd, assertClean, assertEqual } = placesOf(t);
  const run = new RunningCli([...add, '--follow'], { cwd });
  await run.says(/follow {2}running/);
  const look = await runCli(['abort', '--dry-run'], { cwd });
  assert.match(look.stdout, /^Its process \d+ at .* would be ended\.$/m);
  assert.match(look.stdout, /^Its replica is in sync and in its place, and would stay\.$/m);
  const { exitCode, stdout } = await runCli(['abort', '--yes'], { cwd });
  assert.equal(exitCode, 0);
  assert.match(
    stdout,
    /^Its process was stopped\.\n.* is not followed any longer: its replica stays, and nothing else is left of it\.$/m,
  );
  assert.equal((await run.ended).exitCode, 0);
  assertEqual();
  assertClean();
});
