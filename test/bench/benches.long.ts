import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { DonorLatencyFigures } from '../../bench/donor-latency.ts';
import type { SimulateFigures } from '../../bench/simulate.ts';
import type { CopyFigures } from '../../bench/support/measure-copies.ts';
import type { TimeToHotFigures } from '../../bench/time-to-hot.ts';
import { projectRoot, runProgram } from '../support/cli.ts';

const slowLink = path.resolve(
  process.env.FORESYNC_SLOW_LINK ?? path.join(projectRoot, '../shared/tools/slow-link.mjs'),
);

async function answerOf(name: string, ...args: string[]): Promise<Record<string, unknown>> {
  const { exitCode, stdout, stderr } = await bench(name, args);
  assert.equal(exitCode, 0, stderr);
  const answer = JSON.parse(stdout) as Record<string, unknown>;
  assert.ok(typeof answer.question === 'string', stdout);
  return answer;
}

function bench(name: string, args: string[], env: Record<string, string> = {}) {
  const script = path.join(projectRoot, 'bench', `${name}.ts`);
  return runProgram(process.execPath, [script, ...args], { env, timeoutMs: 120_000 });
}

test('ingest and plan count what they were given', async () => {
  const ingest = await answerOf('ingest', '--events', '2000', '--repetitions', '1', '--alone');
  assert.equal(ingest.events, 2000);
  assert.ok((ingest.eventsPerSecond as number) > 0);
  const { plans } = await answerOf('plan', '--keys', '300');
  assert.deepEqual(
    (plans as { keys: number; threshold: number }[]).map(({ keys, threshold }) => [keys, threshold]),
    [
      [300, 0.5],
      [300, 0],
    ],
  );
  const [likely, all] = (plans as { entries: number }[]).map(({ entries }) => entries);
  assert.equal(all, 300, 'without a threshold every key is planned');
  assert.ok((likely ?? 0) > 0 && (likely ?? 300) < 300, `${likely}`);
});

test('scale has a row for each log, the last with each key twice', async () => {
  const { logs } = await answerOf('scale', '--events', '500,1000', '--next', '100', '--keys', '300');
  const counted = (logs as { events: number; keys: number }[]).map(({ events, keys }) => [events, keys]);
  assert.deepEqual(
    counted.map(([events]) => events),
    [500, 1000, 600],
  );
  assert.equal(counted[2]?.[1], 300);
});

test('clickhouse counts what is in the table, all of it and the hotter half', async () => {
  const { events, keys, halfKept } = await answerOf('clickhouse', '--events', '3000');
  assert.equal(events, 3000);
  assert.ok((keys as number) > 1000);
  assert.ok((halfKept as { maxRssBytes: number }).maxRssBytes > 0);
});

test('inspect times every kind of key press over the plan that it wrote', async () => {
  const { entries, waits, maxRssBytes } = await answerOf('inspect', '--entries', '500', '--repetitions', '2');
  assert.equal(entries, 500);
  assert.equal((waits as unknown[]).length, 11);
  for (const { name, ms } of waits as { name: string; ms: { least: number; most: number } }[])
    assert.ok(ms.least > 0 && ms.most >= ms.least, name);
  assert.ok((maxRssBytes as { opened: number; all: number }).all > 0);
});

test('startup times each command', async () => {
  const { seconds } = await answerOf('startup', '--repetitions', '1');
  assert.ok(((seconds as Record<string, number>)['foresync --version'] ?? 0) > 0);
});

for (const name of ['add-replica', 'text-key']) {
  test(`${name} compares all ways of copying, and sees every process`, async () => {
    checkCopies(await answerOf(name, '--host-node', '--rows', '1000', '--repetitions', '1'), 4);
  });
}

test("donor-latency watches the application's writes alone and beside both ways of copying", async () => {
  const sizes = ['--rows', '2000', '--repetitions', '1', '--seconds', '1', '--rate', '100', '--host-node'];
  const answer = (await answerOf('donor-latency', ...sizes)) as unknown as DonorLatencyFigures;
  assert.deepEqual(
    answer.turns.map(({ name }) => name),
    ['alone', 'beside add-replica', 'beside add-replica --max-donor-latency 1ms'],
  );
  assert.equal(answer.turns[0]?.p99Ratio.median, 1);
  for (const { name, transactions, p50Ms, p99Ms, mostMs, walBytes } of answer.turns) {
    assert.ok(transactions > 0 && walBytes > 0, name);
    assert.ok(p50Ms.median > 0 && p50Ms.median <= p99Ms.median && p99Ms.median <= mostMs, name);
  }
});

test('slow-link measures, or says what it needs', async () => {
  if (existsSync(slowLink)) {
    checkCopies(
      await answerOf('slow-link', '--host-node', '--rows', '500', '--repetitions', '1', '--rtt', '10ms'),
      5,
    );
  }
  const { exitCode, stderr } = await bench('slow-link', [], { FORESYNC_SLOW_LINK: '/nowhere/slow-link.mjs' });
  assert.equal(exitCode, 1);
  assert.match(stderr, /There is no \/nowhere\/slow-link\.mjs\. .*FORESYNC_SLOW_LINK/);
});

test('simulate sets real joins beside what it says of them', async (t) => {
  if (!existsSync(slowLink)) return t.skip('this machine has no slow-link.mjs');
  const sizes = [
    '--rows',
    '2000',
    '--planned',
    '500',
    '--rate',
    '50mbit',
    '--rtt',
    '5ms',
    '--repetitions',
    '1',
  ];
  const answer = await answerOf('simulate', '--host-node', ...sizes, '--events', '3000');
  const { hotReady, inSync, sampled } = answer as unknown as SimulateFigures;
  for (const { real, simulated, ratio } of [hotReady, inSync])
    assert.ok(real.median > 0 && simulated > 0 && ratio > 0);
  assert.ok(hotReady.simulated < inSync.simulated);
  assert.ok(sampled.seconds > 0 && sampled.keys > 500 && sampled.maxRssBytes > 0);
});

test('time-to-hot has readers meet every kind of join, and says what it needs', async (t) => {
  const traces = path.resolve(process.env.FORESYNC_TRACES ?? path.join(projectRoot, '../shared/traces'));
  const missing = await bench('time-to-hot', [], { FORESYNC_TRACES: '/nowhere/traces' });
  assert.equal(missing.exitCode, 1);
  assert.match(missing.stderr, /There is no /);
  if (!existsSync(slowLink) || !existsSync(traces)) return t.skip('this machine has no traces to replay');
  const sizes = ['--rows', '3000', '--photo-bytes', '200', '--rate', '2mbit', '--rtt', '5ms'];
  const answer = await answerOf('time-to-hot', '--host-node', ...sizes, '--traces', 'nasa_day');
  const { traces: [figures] = [], copyMs } = answer as unknown as TimeToHotFigures;
  assert.deepEqual(
    figures?.joins.map(({ name }) => name),
    ['foresync', 'no plan', 'hindsight'],
  );
  assert.ok(copyMs > 0 && (figures?.copy.misses ?? 0) > 0);
  for (const { name, hotKeys, met, withoutReadThrough, simulated } of figures?.joins ?? []) {
    assert.equal(met.reads, figures?.joins[0]?.met.reads, name);
    assert.ok(met.misses <= withoutReadThrough.reads && met.hitRate >= 0 && met.hitRate <= 1, name);
    assert.equal(hotKeys > 0, name !== 'no plan');
    assert.ok(simulated.inSyncMs > 0, name);
  }
});

test('a bench that does not exist is named', async () => {
  const { exitCode, stderr } = await bench('run', ['ingest', 'nonsense']);
  assert.equal(exitCode, 64);
  assert.match(stderr, /No bench is called nonsense/);
});

function checkCopies(answer: Record<string, unknown>, ways: number): void {
  const figures = answer as unknown as CopyFigures;
  assert.equal(figures.ways.length, ways);
  for (const { name, seconds, ratio } of figures.ways) {
    assert.ok(seconds.least > 0 && seconds.least <= seconds.median && seconds.median <= seconds.most, name);
    assert.ok(ratio.median > 0, name);
  }
  assert.equal(figures.ways[0]?.ratio.median, 1);
  assert.ok(figures.phases.snapshot !== undefined && figures.phases.verify !== undefined);
  for (const role of ['operator', "donor's agent", "joiner's agent", 'ssh', 'sshd']) {
    assert.ok((figures.processes[role]?.peakBytes ?? 0) > 0, `${role} was not seen`);
  }
}
