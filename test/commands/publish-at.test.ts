import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { runCli } from '../support/cli.ts';
import { shopFolder, writeSmallPlan } from '../support/cli-shop.ts';
import { RunningCli } from '../support/running-cli.ts';
import { rowsOf, schemaOf, type TestContext } from '../support/tables.ts';

const add = [
  'add-replica',
  'j',
  '--host',
  'local',
  '--store',
  'sqlite:joiner.db',
  '--publish-at',
  'hot-ready',
];

function placesOf(t: TestContext) {
  const cwd = shopFolder(t, 10_000);
  const [shop, joiner] = [path.join(cwd, 'shop.db'), path.join(cwd, 'joiner.db')];
  writeSmallPlan(cwd);
  const before = schemaOf(shop);
  /** The rows that can be read by now, and what is said of the others. */
  const seen = () => {
    const db = new Database(joiner, { readonly: true });
    const rows = db.prepare('SELECT count(*) FROM items').pluck().get();
    const state = db.prepare("SELECT state FROM foresync_status WHERE table_name = 'items'").pluck().get();
    db.close();
    return { rows, state };
  };
  /** A run that is killed when its table has appeared, and would have taken an hour. */
  const killed = async () => {
    const run = new RunningCli(
      [...add, '--bwlimit', '100/s', '--on-hot-ready', 'echo "$FORESYNC_EVENT" >> said'],
      { cwd },
    );
    await run.says(/snapshot {2}running/);
    run.kill('SIGKILL');
    await run.ended;
  };
  const assertDone = () => {
    assert.deepEqual(rowsOf(joiner, 'items'), rowsOf(shop, 'items'));
    assert.deepEqual(seen(), { rows: 10_001, state: 'synced' });
    assert.deepEqual(schemaOf(shop), before);
  };
  return { cwd, shop, joiner, before, seen, killed, assertDone };
}

test('a run that was killed when its table had appeared is gone on with by the same command, and by resume', async (t) => {
  for (const goingOn of [add, ['resume']]) {
    const { cwd, seen, killed, assertDone } = placesOf(t);
    await killed();
    const { rows, state } = seen();
    assert.ok(Number(rows) < 10_001 && state === 'hot', `${rows} rows, ${state}`);
    const run = new RunningCli(goingOn, { cwd });
    if (goingOn !== add) {
      await run.says(/snapshot {2}running/);
      const status = JSON.parse((await runCli(['status', '--json'], { cwd })).stdout);
      const lifted = await runCli(['throttle', 'off', status.running[0].id], { cwd });
      assert.equal(lifted.exitCode, 0, lifted.stderr);
    }
    const { exitCode, stderr } = await run.ended;
    assert.equal(exitCode, 0, stderr);
    assertDone();
  }
});

test('abort tells that the table goes, and drops it from the file, in which another run may put it', async (t) => {
  const { cwd, shop, joiner, before, seen, killed, assertDone } = placesOf(t);
  await killed();
  const look = await runCli(['abort', '--dry-run'], { cwd });
  assert.match(
    look.stdout.replaceAll('\n', ' '),
    /which lacks rows, would be dropped\. The file stays, as applications may have it open/,
  );
  const refused = await runCli(['abort'], { cwd });
  assert.equal(refused.exitCode, 64, 'nobody can be asked');
  assert.equal(seen().state, 'hot');
  const { exitCode, stdout } = await runCli(['abort', '--yes', '--json'], { cwd });
  assert.equal(exitCode, 0);
  const { outcome, withdrawn } = JSON.parse(stdout);
  assert.deepEqual([outcome, withdrawn], ['aborted', { joiner: 'j', path: joiner }]);
  assert.deepEqual([schemaOf(joiner), schemaOf(shop)], [[], before]);
  const anew = await runCli(add, { cwd });
  assert.equal(anew.exitCode, 0, anew.stderr);
  assertDone();
});

test('ctrl-C says where the table is', async (t) => {
  const { cwd } = placesOf(t);
  const run = new RunningCli([...add, '--bwlimit', '100/s'], { cwd });
  await run.says(/snapshot {2}running/);
  run.kill('SIGINT');
  const { exitCode, stderr } = await run.ended;
  assert.equal(exitCode, 75);
  assert.match(stderr, /Stopped; j is in its place, but not in sync\./);
});

test('what makes no sense is refused by name', async (t) => {
  const { cwd } = placesOf(t);
  const withoutPlan = await runCli([...add, '--no-plan'], { cwd });
  assert.deepEqual(
    [withoutPlan.exitCode, /--publish-at hot-ready needs a plan/.test(withoutPlan.stderr)],
    [64, true],
  );
  const replacing = await runCli([...add, '--replace'], { cwd });
  assert.deepEqual([replacing.exitCode, /--replace would put/.test(replacing.stderr)], [64, true]);
  assert.equal((await runCli([...add.slice(0, -1), 'noon'], { cwd })).exitCode, 64);
});
