import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setInterval } from 'node:timers/promises';
import { runCli } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';
import { database, type TestContext, temporaryFolder } from '../../support/tables.ts';
import { planLines } from '../bad-input/plan-lines.ts';

const rows = 24_000;
const plannedRows = 8000;
/** Some: of rows of random bytes, that no packing makes smaller. */
const photoBytes = 220;
/** So slow that it, and not this machine, decides how long a join takes. */
const limit = '500KB/s';
const agreement = 0.15;
/** Half of them before the plan's origin. */
const reads = 1500;
const readEveryMs = 40;
/** No row is read twice: what one read fetches would be there for the next one, which no simulation knows of. */
const rowOf = (n: number) => 1 + ((n * 7919) % rows);

/** A table, a plan for a third of it, and a log with reads on both sides of the plan's origin. */
function shop(t: TestContext): string {
  const folder = temporaryFolder(t);
  const db = database(
    t,
    path.join(folder, 'east.db'),
    'PRAGMA journal_mode = WAL; CREATE TABLE items(id INTEGER PRIMARY KEY, photo BLOB)',
  );
  const insert = db.prepare('INSERT INTO items VALUES(?, ?)');
  db.transaction(() => {
    for (let id = 1; id <= rows; id++) insert.run(id, randomBytes(photoBytes));
  })();
  db.pragma('wal_checkpoint(TRUNCATE)');
  writeFileSync(
    path.join(folder, 'foresync.yaml'),
    'group: shop\ntable: items\nlead: east\nreplicas:\n  east: { store: "sqlite:east.db" }\n',
  );
  const [header = '', ...entries] = planLines(Array.from({ length: plannedRows }, (_, n) => n * 3 + 1));
  writeFileSync(path.join(folder, 'plan.jsonl'), `${[header, ...entries].join('\n')}\n`);
  const originMs = Date.parse(JSON.parse(header).origin);
  const log = Array.from(
    { length: 2 * reads },
    (_, n) => `${originMs + (n - reads) * readEveryMs},read,${rowOf(n)}`,
  );
  writeFileSync(path.join(folder, 'access.csv'), `${['time,op,key', ...log].join('\n')}\n`);
  return folder;
}

interface Joined {
  run: {
    startedAtMs: number;
    hotReadyAtMs: number;
    inSyncAtMs: number;
    phases: { name: string; endedAtMs: number }[];
  };
}

/** Asks for a row every so often, whether answers come or not; `stop` gives the times. */
function startReaders(port: number): { stop(): Promise<number[]> } {
  const ended = new AbortController();
  const { signal } = ended;
  const dueAtMs: number[] = [];
  const reading = (async () => {
    // The reads after the origin.
    for await (const _ of setInterval(readEveryMs, undefined, { signal })) {
      dueAtMs.push(Date.now());
      const read = fetch(`http://127.0.0.1:${port}/v1/rows/${rowOf(reads + dueAtMs.length)}`, { signal });
      // Nobody listens before the joiner is there, nor once it is in sync.
      read.then((answer) => answer.text()).catch(() => undefined);
    }
  })().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return {
    stop: async () => {
      ended.abort();
      await reading;
      return dueAtMs;
    },
  };
}

test('a join over a limited link takes as long, and serves as many reads, as its simulation says, within 15 %', async (t) => {
  const cwd = shop(t);
  const ask = async <T>(...args: string[]): Promise<T> => {
    const { stdout, stderr, exitCode } = await runCli([...args, '--json'], { cwd, timeoutMs: 120_000 });
    assert.equal(exitCode, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    return JSON.parse(stdout) as T;
  };
  const join = (name: string, ...more: string[]) =>
    ask<Joined>(
      'add-replica',
      name,
      '--host',
      'local',
      '--store',
      `sqlite:${name}.db`,
      '--plan',
      'plan.jsonl',
      ...more,
    );

  // How large rows are, and how small they are packed, is known of an earlier run; so is what connecting takes here.
  const { run: earlier } = await join('first');
  const captured = earlier.phases.find(({ name }) => name === 'capture')?.endedAtMs ?? 0;
  const simulated = await ask<{
    joins: { hotReadyMs: number; inSyncMs: number; hitRate: number }[];
    model: { table: { rows: unknown } };
  }>(
    ...['simulate', '--plan', 'plan.jsonl', '--log', 'access.csv', '--order', 'foresync', '--bwlimit', limit],
    ...['--connect', `${captured - earlier.startedAtMs}ms`],
  );
  assert.deepEqual(simulated.model.table.rows, { value: rows, from: 'run' });
  const [foretold] = simulated.joins;

  const { run } = await join('limited', '--bwlimit', limit);
  const port = await freePort();
  const readers = startReaders(port);
  const { run: served } = await join(
    'served',
    ...['--bwlimit', limit, '--serve', String(port), '--serve-log', 'served.jsonl'],
  );
  const dueAtMs = await readers.stop();
  const within = (atMs: number) => atMs > served.startedAtMs && atMs <= served.inSyncAtMs;
  const hits = readFileSync(path.join(cwd, 'served.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { time: string; hit: boolean })
    .filter(({ time, hit }) => hit && within(Date.parse(time)));
  const ratios = {
    hotReady: (run.hotReadyAtMs - run.startedAtMs) / (foretold?.hotReadyMs ?? Number.NaN),
    inSync: (run.inSyncAtMs - run.startedAtMs) / (foretold?.inSyncMs ?? Number.NaN),
    hitRate: hits.length / dueAtMs.filter(within).length / (foretold?.hitRate ?? Number.NaN),
  };
  t.diagnostic(`real to simulated: ${JSON.stringify(ratios)}`);
  for (const [moment, ratio] of Object.entries(ratios))
    assert.ok(
      Math.abs(ratio - 1) <= agreement,
      `${moment}: the real one is ${ratio} times the simulated one`,
    );
});
