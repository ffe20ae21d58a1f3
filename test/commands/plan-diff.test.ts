import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PlanDifference } from '../../src/core/plan/diff/plan-difference.ts';
import { entry, manyEntries, planFile } from '../core/plan/inspect/plan-examples.ts';
import { runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/tables.ts';

async function plans(t: TestContext) {
  const folder = temporaryFolder(t);
  const a = manyEntries(50);
  const b = [
    entry('evil\u001b[31m\u202e', { expectedReads: 7 }),
    ...a
      .slice(2)
      .map((one, at) => (at === 3 ? { ...one, expectedReads: one.expectedReads + 5, confidence: 0.1 } : one)),
  ];
  await planFile(folder, a, { table: 'items' }, 'a.jsonl');
  await planFile(folder, b, { table: 'items', expectedHitRate: 0.7, model: 'decay' }, 'b.jsonl');
  await planFile(folder, a, { table: 'users' }, 'users.jsonl');
  return (...args: string[]) => runCli(['plan', 'diff', ...args], { cwd: folder });
}

test('the page tells what was added, dropped and changed, with nothing that steers a terminal', async (t) => {
  const diff = await plans(t);
  const { stdout, stderr, exitCode } = await diff('a.jsonl', 'b.jsonl');
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /B against A -1 key, .*hit rate -10\.0 points/);
  assert.match(stdout, /added +1 key, 7 reads expected, 100 B/);
  assert.match(stdout, /dropped +2 keys, 75\.0 reads expected/);
  assert.match(stdout, /changed +1 key: confidence 1, reads 1/);
  assert.match(stdout, /model: auto → decay/);
  assert.match(stdout, /user:39595 +0\.900 → 0\.100 +8\.3 → 13\.3\n/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, `${line.length}: ${line}`);
});

test('--json is one object, and --exit-code ends with 3 where the plans differ, and only then', async (t) => {
  const diff = await plans(t);
  const differing = await diff('a.jsonl', 'b.jsonl', '--json', '--exit-code', '--limit', '1');
  assert.equal(differing.exitCode, 3);
  const { same, first, dropped } = JSON.parse(differing.stdout) as PlanDifference;
  assert.deepEqual([same, first.dropped.length, dropped.keys], [false, 1, 2]);
  const own = await diff('a.jsonl', 'a.jsonl', '--exit-code');
  assert.deepEqual([own.exitCode, own.stderr], [0, '']);
  assert.match(own.stdout, /^✓ The plans are the same\n/);
});

test('plans of other tables, broken plans and missing ones are refused', async (t) => {
  const diff = await plans(t);
  const foreign = await diff('a.jsonl', 'users.jsonl');
  assert.equal(foreign.exitCode, 65);
  assert.match(foreign.stderr, /One plan is for the table items, the other for users/);
  const missing = await diff('a.jsonl', 'none.jsonl');
  assert.equal(missing.exitCode, 74);
  assert.equal((await diff('a.jsonl')).exitCode, 64);
  const folder = temporaryFolder(t);
  const file = await planFile(folder, manyEntries(50));
  truncateSync(file, 4000);
  const broken = await diff('a.jsonl', path.resolve(file), '--json');
  assert.equal(broken.exitCode, 65);
  assert.equal((JSON.parse(broken.stdout) as { error: { code: string } }).error.code, 'plan-invalid');
});
