import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { shopFolder, writeSmallPlan } from '../support/cli-shop.ts';
import type { TestContext } from '../support/tables.ts';

/** A shop with a plan of one key, changed in its header and its entry. */
function shopWithPlan(t: TestContext, changes: { header?: object; entry?: object }): string {
  const cwd = shopFolder(t, 2000);
  writeSmallPlan(cwd);
  const file = path.join(cwd, 'plan.jsonl');
  const [header = '', entry = ''] = readFileSync(file, 'utf8').split('\n');
  const lines = [
    { ...JSON.parse(header), ...changes.header },
    { ...JSON.parse(entry), ...changes.entry },
  ];
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return cwd;
}

const place = ['--host', 'local', '--store', 'sqlite:j.db'];
const named = ['--plan', 'plan.jsonl'];
const over = { origin: '2026-01-01T00:00:00.000Z', horizonMs: 3_600_000 };

test('a named plan whose time is over is refused before anything happens, unless it is allowed', async (t) => {
  const cwd = shopWithPlan(t, { header: over });
  const { exitCode, stdout, stderr } = await runCli(['add-replica', 'j', ...place, ...named, '--json'], {
    cwd,
  });
  assert.equal(exitCode, 65, stderr);
  const { error } = JSON.parse(stdout);
  assert.equal(error.code, 'plan-stale');
  assert.match(error.message, /plan\.jsonl is stale: it looked ahead until 2026-01-01 01:00 UTC/);
  assert.match(error.hint, /--allow-stale-plan/);
  assert.ok(!existsSync(path.join(cwd, 'foresync.db')));
  for (const more of [[], ['--dry-run']]) {
    const refused = await runCli(['add-replica', 'j', ...place, ...named, ...more], { cwd });
    assert.equal(refused.exitCode, 65, refused.stderr);
  }
  const doctor = await runCli(['doctor', 'j', ...place, ...named, '--json'], { cwd });
  assert.equal(doctor.exitCode, 65);
  const { checks } = JSON.parse(doctor.stdout);
  assert.deepEqual(
    checks
      .filter(({ level }: { level: string }) => level === 'failure')
      .map(({ code }: { code: string }) => code),
    ['plan-stale'],
  );

  const allowed = ['add-replica', 'j', ...place, ...named, '--allow-stale-plan'];
  assert.equal((await runCli(['doctor', 'j', ...allowed.slice(2)], { cwd })).exitCode, 0);
  const added = await runCli(allowed, { cwd });
  assert.equal(added.exitCode, 0, added.stderr);
  assert.match(added.stderr, /warning: The plan is stale/);
});

test('a plan that nobody named is used with a warning where its time is over', async (t) => {
  const cwd = shopWithPlan(t, { header: over });
  const added = await runCli(['add-replica', 'j', ...place], { cwd });
  assert.equal(added.exitCode, 0, added.stderr);
  assert.match(added.stderr, /warning: The plan is stale/);
  const alone = await runCli(['add-replica', 'k', ...place, '--allow-stale-plan'], { cwd });
  assert.equal(alone.exitCode, 64, 'there is no plan that it could be about');
});

const foreign: [Parameters<typeof shopWithPlan>[1], RegExp][] = [
  [{ header: { group: 'other' } }, /The plan is for the group other, not for shop/],
  [{ header: { table: 'orders' } }, /The plan is for the table orders, not for items/],
  [{ entry: { key: [7, 'east'] } }, /No key of the plan can be one of items, whose key has 1 column\./],
];

test('that a plan of another group, table or definition will be refused is foretold', async (t) => {
  for (const [changes, message] of foreign) {
    const cwd = shopWithPlan(t, changes);
    const add = ['add-replica', 'j', ...place, ...named, '--allow-stale-plan', '--dry-run'];
    const commands = [add, ['prefetch', '--dry-run'], ['doctor', ...named, '--allow-stale-plan']];
    for (const args of commands) {
      const { exitCode, stdout } = await runCli([...args, '--json'], { cwd });
      assert.equal(exitCode, 65, stdout);
      const { checks } = JSON.parse(stdout) as { checks: { id: string; code?: string; text: string }[] };
      const told = checks.filter(({ code }) => code !== undefined);
      assert.deepEqual(
        told.map(({ id, code }) => [id, code]),
        [['plan', 'plan-foreign']],
      );
      assert.match(told[0]?.text ?? '', message);
    }
  }
});

test('keys that are not going to be sent are none to refuse a plan for', async (t) => {
  const cwd = shopWithPlan(t, { entry: { key: [7, 'east'] } });
  const add = ['add-replica', 'j', ...place, ...named, '--min-confidence', '1'];
  for (const args of [[...add, '--dry-run'], add]) {
    const { exitCode, stderr, stdout } = await runCli(args, { cwd });
    assert.equal(exitCode, 0, stdout + stderr);
  }
});

test('a plan of another group, table or definition is refused, and leaves nothing', async (t) => {
  for (const [changes, message] of foreign) {
    const cwd = shopWithPlan(t, changes);
    for (const args of [['add-replica', 'j', ...place, ...named, '--allow-stale-plan'], ['prefetch']]) {
      const { exitCode, stdout } = await runCli([...args, '--json'], { cwd });
      assert.equal(exitCode, 65, stdout);
      const { error } = JSON.parse(stdout);
      assert.equal(error.code, 'plan-foreign');
      assert.match(error.message, message);
    }
    assert.ok(!existsSync(path.join(cwd, 'j.db')));
    const left = await runCli(['prefetch', '--release', '--dry-run'], { cwd });
    assert.match(left.stdout, /There is no Delta Log at east/);
  }
});
