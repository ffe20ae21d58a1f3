import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { seededRandom } from '../../src/core/forecast/seeded-random.ts';
import { runCli } from './cli.ts';
import { shopFolder } from './cli-shop.ts';
import type { TestContext } from './tables.ts';

const hourMs = 3_600_000;
const keys = 40;

/** The same as `shopFolder`, with three weeks of its access log up to now, in which a few items are read all the time. */
export function loggedShop(t: TestContext, rows = 2000): string {
  const folder = shopFolder(t, rows);
  const random = seededRandom(7);
  const endMs = Date.now();
  const lines = ['time,op,key,size'];
  for (let atMs = endMs - 21 * 24 * hourMs; atMs < endMs; atMs += hourMs)
    for (let key = 1; key <= keys; key++)
      if (random() < 0.9 ** key) lines.push(`${atMs + key},read,${key},300`);
  writeFileSync(path.join(folder, 'access.csv'), `${lines.join('\n')}\n`);
  return folder;
}

/** The same when its log was read, a plan of ten keys was made, and j was added by it. */
export async function joinedShop(
  t: TestContext,
): Promise<{ cwd: string; runId: string; startedAtMs: number }> {
  const cwd = loggedShop(t);
  for (const args of [
    ['analyze', 'access.csv'],
    ['plan', '--model', 'decay', '--budget-keys', '10'],
  ])
    assert.equal((await runCli(args, { cwd })).exitCode, 0);
  const place = ['--host', 'local', '--store', 'sqlite:j.db'];
  const { runId, run } = JSON.parse((await runCli(['add-replica', 'j', ...place, '--json'], { cwd })).stdout);
  return { cwd, runId, startedAtMs: run.startedAtMs };
}

/** The log of a joiner that was read since `fromMs`: of planned keys, and every tenth of another one. */
export function writeJoinerLog(folder: string, fromMs: number): void {
  writeFileSync(path.join(folder, 'joiner.csv'), 'time,op,key,size\n');
  const read = (key: number, n: number) => `${fromMs + n * 100},read,${key},300\n`;
  for (let n = 0; n < 100; n++)
    appendFileSync(path.join(folder, 'joiner.csv'), read(n % 10 === 0 ? 1500 : 1 + (n % 3), n));
}

/** `plan` of so small a history learns enough within this. */
export const smallPlan = ['plan', '--time-budget', '0.1'];
