import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { seededRandom } from '../../src/core/forecast/seeded-random.ts';
import type { SimulationReport } from '../../src/core/simulate/simulation-report.ts';
import { poisson } from '../core/forecast/poisson.ts';
import { type CliResult, runCli } from '../support/cli.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-simulate-command-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 0, 1);
const hours = 15 * 24;
const lastDayMs = startMs + (hours - 24) * hourMs;

/** Keys that are read all day, the hotter the smaller their number; half of them change places after the origin. */
before(async () => {
  const random = seededRandom(9);
  const lines = ['time,op,key,size'];
  for (let hour = 0; hour < hours; hour++)
    for (let i = 0; i < 60; i++)
      for (let n = poisson(3 * 0.93 ** i, random); n > 0; n--)
        lines.push(`${startMs + Math.floor((hour + random()) * hourMs)},read,k${i},${100 + i}`);
  writeFileSync(path.join(folder, 'access.csv'), `${lines.join('\n')}\n`);
  const analyzed = await run('analyze', 'access.csv');
  assert.equal(analyzed.exitCode, 0, analyzed.stderr);
  const made = await run('plan', '--time-budget', '0.1', '--at', String(lastDayMs), '--out', 'at.jsonl');
  assert.equal(made.exitCode, 0, made.stderr);
});

function run(...args: string[]): Promise<CliResult> {
  return runCli(args, { cwd: folder });
}

/** A join that lasts some hours, of a table of which the log knows some rows. */
const slow = ['--rows', '100k', '--row-bytes', '200', '--link', '500/s', '--at', String(lastDayMs)];

async function simulated(...args: string[]): Promise<SimulationReport> {
  const { exitCode, stdout, stderr } = await run('simulate', ...slow, ...args, '--json');
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout) as SimulationReport;
}

test('the page compares all orders, and nothing is written', async () => {
  const before = contents();
  const { exitCode, stdout, stderr } = await run('simulate', ...slow, '--plan', 'at.jsonl');
  assert.equal(exitCode, 0, stderr);
  for (const order of ['foresync', 'lfu', 'lru', 'copy', 'oracle'])
    assert.match(
      stdout,
      new RegExp(`^  ${order} .* 2\\d h|^  ${order} .*never|^  ${order} .*\\d h \\d\\d min`, 'm'),
    );
  assert.match(stdout, /Simulated join of 100,000 rows, 19\.1 MiB, from 2026-01-15 00:00 UTC on/);
  assert.ok(
    stdout.split('\n').every((line) => line.length <= 80),
    stdout,
  );
  assert.deepEqual(contents(), before);
});

test('what goes ahead is there early, and a plan serves more than the plain copy and no more than hindsight', async () => {
  const { joins, reads, plan } = await simulated();
  const rate = Object.fromEntries(joins.map(({ order, hitRate }) => [order, hitRate ?? 0]));
  assert.ok(reads > 100);
  assert.ok(
    (rate.foresync ?? 0) > 0.95 && (rate.lfu ?? 0) > 0.95 && (rate.copy ?? 1) < 0.7,
    JSON.stringify(rate),
  );
  assert.ok(
    Object.values(rate).every((value) => value <= (rate.oracle ?? 0) + 0.02),
    JSON.stringify(rate),
  );
  assert.deepEqual(plan, { from: 'forecast', unknownShare: 0 });
});

test('the log, replayed read by read, comes to what the history of its minutes does', async () => {
  const orders = ['--order', 'lfu,copy', '--budget-keys', '5'];
  const [byHistory, byLog] = [await simulated(...orders), await simulated(...orders, '--log', 'access.csv')];
  assert.equal(byLog.replayed, 'logs');
  byHistory.joins.forEach((join, at) => {
    assert.ok(Math.abs((join.hitRate ?? 0) - (byLog.joins[at]?.hitRate ?? 1)) < 0.01);
    assert.equal(join.inSyncMs, byLog.joins[at]?.inSyncMs);
  });
  const fresh = await run(
    'simulate',
    ...slow,
    ...orders,
    '--log',
    'access.csv',
    '--state',
    'none.db',
    '--json',
  );
  assert.deepEqual(JSON.parse(fresh.stdout).joins, byLog.joins, 'the log alone knows as much');
  assert.equal(existsSync(path.join(folder, 'none.db')), false);
});

test('accesses that come so many times faster meet a join that is as many times faster in the same way', async () => {
  const orders = ['--order', 'foresync,copy', '--min-confidence', '0.1'];
  const slowly = await simulated(...orders);
  const faster = slow.map((word) => (word === '500/s' ? '30KB/s' : word));
  const args = ['simulate', ...faster, ...orders, '--connect', '10ms', '--time-scale', '60'];
  const fast = JSON.parse((await run(...args, '--json')).stdout) as SimulationReport;
  assert.equal(fast.timeScale, 60);
  assert.equal(fast.windowMs, slowly.windowMs / 60);
  fast.joins.forEach((join, at) => {
    const other = slowly.joins[at];
    assert.ok(Math.abs((join.hitRate ?? 0) - (other?.hitRate ?? 1)) < 0.02, join.order);
    assert.ok(Math.abs((60 * (join.inSyncMs ?? 0)) / (other?.inSyncMs ?? 1) - 1) < 0.02, join.order);
  });
  // The page says so of whatever order.
  const { stdout } = await run(
    'simulate',
    ...faster,
    '--order',
    'copy',
    '--connect',
    '10ms',
    '--time-scale',
    '60',
  );
  assert.match(stdout.replaceAll(/\s+/g, ' '), /to the minute, 60 times as fast as they came/);
});

test('budgets and thresholds are compared one by one', async () => {
  const { joins } = await simulated(
    '--order',
    'foresync,lfu,copy',
    '--budget-keys',
    '5,20',
    '--min-confidence',
    '0.1,0.9',
  );
  assert.deepEqual(
    joins.map(({ order, budgetKeys, minConfidence }) => [order, budgetKeys, minConfidence]),
    [
      ['foresync', 5, 0.1],
      ['foresync', 5, 0.9],
      ['foresync', 20, 0.1],
      ['foresync', 20, 0.9],
      ['lfu', 5, undefined],
      ['lfu', 20, undefined],
      ['copy', undefined, undefined],
    ],
  );
  const lfu = joins.filter(({ order }) => order === 'lfu');
  assert.ok((lfu[0]?.hitRate ?? 1) < (lfu[1]?.hitRate ?? 0));
  const bytes = await simulated('--order', 'lfu', '--budget-bytes', '1KiB');
  assert.ok((bytes.joins[0]?.hotBytes ?? Number.NaN) <= 1024);
});

test("a plan file gives the origin and the order, and a plan of another table's keys is noticed", async () => {
  const file = ['simulate', ...slow.slice(0, 6), '--plan', 'at.jsonl', '--order', 'foresync'];
  const { originMs, plan, joins } = JSON.parse((await run(...file, '--json')).stdout) as SimulationReport;
  assert.equal(originMs, lastDayMs);
  assert.deepEqual(plan, { from: 'file', file: 'at.jsonl', unknownShare: 0 });
  assert.ok((joins[0]?.hotKeys ?? 0) > 10);
  const foreign = readFileSync(path.join(folder, 'at.jsonl'), 'utf8').replaceAll('"key":"k', '"key":"other-');
  writeFileSync(path.join(folder, 'foreign.jsonl'), foreign);
  assert.match(
    (await run(...file.with(file.indexOf('at.jsonl'), 'foreign.jsonl'))).stdout,
    /No log has 100 % of the plan's keys: are both of the same table\?/,
  );
});

test('a sample says of the whole table what the log of all of it would, within what it says of its error', async () => {
  const whole = await simulated('--order', 'copy');
  const some = await simulated('--order', 'copy', '--max-keys', '30');
  assert.ok(some.sample.share < 0.6 && some.sample.share > 0.4);
  const error = some.joins[0]?.hitRateError ?? 0;
  assert.ok(
    error > 0 && Math.abs((some.joins[0]?.hitRate ?? 0) - (whole.joins[0]?.hitRate ?? 1)) <= 2 * error,
  );
  const sampled = await simulated('--order', 'lfu', '--sample-share', '0.01', '--budget-keys', '500');
  assert.equal(sampled.joins[0]?.hotKeys, 500);
  assert.ok(Math.abs(sampled.reads - 100 * whole.reads) < 1e-6 * sampled.reads);
});

test('what cannot be simulated is refused with what is missing', async () => {
  const refused = async (code: number, says: RegExp, ...args: string[]) => {
    const { exitCode, stderr } = await run('simulate', ...args);
    assert.equal(exitCode, code, stderr);
    assert.match(stderr, says);
  };
  await refused(65, /There is no state file none\.db/, '--state', 'none.db');
  await refused(65, /No access came after 2026-02-01 00:00 UTC/, '--at', '2026-02-01');
  await refused(65, /Nothing is known before 2025-01-01 00:00 UTC/, '--at', '2025-01-01');
  await refused(74, /There is no gone\.csv/, '--log', 'gone.csv');
  await refused(64, /Standard input cannot be replayed/, '--log', '-');
  await refused(64, /'1000' is no rate/, '--link', '1000');
  await refused(64, /'0\.5' is no ratio/, '--compression', '0.5');
  await refused(64, /above 0/, '--sample-share', '0');
  await refused(64, /'0' is no time scale/, '--time-scale', '0');
  await refused(64, /order/, '--order', 'random');
});

test('writers that are too fast are told', async () => {
  const { stdout } = await run(
    'simulate',
    ...slow,
    '--order',
    'copy',
    '--write-rate',
    '1M/s',
    '--delta-rate',
    '100/s',
  );
  assert.match(stdout, /never/);
  assert.match(stdout, /Writers are faster than the joiner/);
});

test('--plain says all of it in words', async () => {
  const { stdout } = await run('simulate', ...slow, '--order', 'lfu,copy', '--plain');
  assert.match(stdout, /hit rate of copy in time: \d+ % by/);
  assert.match(
    stdout,
    /order lfu, ahead \d+, hit rate \d+\.\d %, 90 % there [^,]+, hot-ready [^,]+, in sync [^,]+, sent [^,]+\./,
  );
  assert.ok(!/[│┤█]/.test(stdout));
});

function contents(): string[] {
  return readdirSync(folder)
    .sort()
    .map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(readFileSync(path.join(folder, name)))
          .digest('hex')}`,
    );
}
