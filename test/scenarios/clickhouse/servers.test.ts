import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { openState } from '../../../src/core/state/open.ts';
import { runCli, runJs } from '../../support/cli.ts';
import { type ClickHouseServers, readerPassword, startClickHouse } from '../../support/clickhouse-servers.ts';
import { freePort } from '../../support/free-port.ts';
import { holdingProxy, spoilingProxy } from '../../support/query-proxy.ts';
import { makeTable, testEngine } from './engine-tests.ts';
import { csvOf, eventRows, tsvOf } from './event-rows.ts';
import { countsOf, dumpOf, historyOf, ingestOne, logFile, newFile, withState } from './histories.ts';

let cluster: ClickHouseServers;
before(async () => {
  cluster = await startClickHouse({ count: 2 });
});
after(() => cluster?.stop());

function server(index = 0) {
  const found = cluster.servers[index];
  if (!found) throw new Error('the server was not started');
  return found;
}

testEngine('18.16', () => server(), false);

const rows = eventRows(4000, 3);

test('a Distributed table is counted on its shards, wherever the rows of a key and a minute are', async () => {
  const types = 'time UInt64, op String, key Nullable(String), size String';
  const halves = [rows.filter((_, i) => i % 2 === 0), rows.filter((_, i) => i % 2 === 1)];
  for (const [index, half] of halves.entries()) {
    await server(index).run(
      `CREATE TABLE local (${types}) ENGINE = MergeTree PARTITION BY tuple() ORDER BY time`,
    );
    await server(index).run('INSERT INTO local FORMAT TabSeparated', tsvOf(half));
  }
  await server().run(`CREATE TABLE spread (${types}) ENGINE = Distributed(all, default, local)`);
  const log = `clickhouse://${server().address}/default/spread`;
  const fromFile = await historyOf(logFile(csvOf(rows)));
  for (const partLimits of [undefined, { events: 300, keys: 1000 }]) {
    const fromTable = await historyOf(log, { partLimits });
    assert.deepEqual(fromTable.dump, fromFile.dump);
    assert.deepEqual(countsOf(fromTable.report), countsOf(fromFile.report));
  }
  const kept = await historyOf(log, { maxKeys: 40 });
  const local = await makeTable(server(), tsvOf(rows));
  assert.deepEqual(kept.dump, (await historyOf(local.url, { maxKeys: 40 })).dump);
});

test('a user who may do nothing but read is enough, and a wrong one is refused', async () => {
  const { name } = await makeTable(server(), tsvOf(rows));
  const log = `clickhouse://reader@${server().address}/default/${name}`;
  const read = await historyOf(log, { password: readerPassword, maxKeys: 40 });
  assert.equal(read.report.lines, rows.length);
  const login = { code: 'clickhouse-login', kind: 'permission' };
  await assert.rejects(historyOf(log, { password: 'wrong' }), login);
  await assert.rejects(historyOf(log.replace('reader@', 'nobody@')), login);
});

test('where no ClickHouse answers, and where a query may not take what it needs, it is said so and nothing is kept', () =>
  withState(async (state) => {
    const { name } = await makeTable(server(), Buffer.alloc(0));
    await server().run(
      `INSERT INTO ${name} SELECT 1700000000000 + number, 'get', concat('a rather long key, number ', toString(number)), '1' FROM numbers(40000)`,
    );
    const at = (user: string, address: string) => `clickhouse://${user}@${address}/default/${name}`;
    const nobody = `127.0.0.1:${await freePort()}`;
    await assert.rejects(ingestOne(state, at('default', nobody)), {
      code: 'clickhouse-unreachable',
      kind: 'unreachable',
    });
    await assert.rejects(ingestOne(state, `${at('default', server().address)}?secure=1`), {
      code: 'clickhouse-unreachable',
    });
    const limits = { events: 1e9, keys: 1e9 };
    await assert.rejects(ingestOne(state, at('small', server().address), { partLimits: limits }), {
      code: 'clickhouse-limit',
      kind: 'unreachable',
      message: /\(241\).*[Mm]emory/,
    });
    assert.equal((await ingestOne(state, at('default', server().address))).state, 'new');
  }));

test('an answer that ends in an error, or in nothing, leaves the history as it was', async () => {
  const { url } = await makeTable(server(), tsvOf(rows));
  const errors = [
    'Code: 241, e.displayText() = DB::Exception: Memory limit (for query) exceeded, e.what() = DB::Exception\n',
    '\r\n__exception__\r\nCode: 241. DB::Exception: Query memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)\r\n__exception__\r\n',
  ];
  const cases: [spoil: (answer: Buffer) => Buffer, code: string][] = [
    // The text of an error that a server meets late stands behind whole rows.
    ...errors.map((text): [(answer: Buffer) => Buffer, string] => [
      (answer) => Buffer.concat([answer, Buffer.from(text)]),
      'clickhouse-limit',
    ]),
    [(answer) => answer.subarray(0, answer.length / 2), 'clickhouse-answer'],
    [(answer) => answer.subarray(0, -1), 'clickhouse-answer'],
  ];
  for (const [spoil, code] of cases) {
    const proxy = await spoilingProxy(server().address, /groupArray/, spoil);
    try {
      await withState(async (state) => {
        const empty = dumpOf(state);
        await assert.rejects(ingestOne(state, url.replace(server().address, proxy.address)), { code });
        assert.deepEqual(dumpOf(state), empty);
      });
    } finally {
      await proxy.close();
    }
  }
});

test('an abort ends the query at the server too', async () => {
  await server().run(
    'CREATE VIEW endless AS SELECT number AS time, toString(number % 10) AS key FROM system.numbers',
  );
  const proxy = await holdingProxy(server().address, /fs_fate/);
  const stop = new AbortController();
  const running = () =>
    server().run(
      "SELECT count() FROM system.processes WHERE query LIKE '%fs_fate%' AND query_id LIKE 'foresync-%'",
    );
  try {
    const log = `clickhouse://${proxy.address}/default/endless`;
    const run = withState((state) => ingestOne(state, log, { signal: stop.signal }));
    await proxy.met;
    while ((await running()).trim() !== '1');
    stop.abort();
    await assert.rejects(run, { name: 'AbortError' });
    // Nothing but being told so ends such a query.
    while ((await running()).trim() !== '0');
  } finally {
    await proxy.close();
  }
});

test('a run that is killed in the middle leaves nothing, and the next one all', async () => {
  const { url } = await makeTable(server(), tsvOf(rows));
  const proxy = await holdingProxy(server().address, /groupArray/);
  const state = newFile('killed.db');
  const child = spawn(
    runJs,
    ['analyze', url.replace(server().address, proxy.address), '--replica', 'east', '--state', state],
    { stdio: 'ignore' },
  );
  try {
    await proxy.met;
    child.kill('SIGKILL');
    await once(child, 'exit');
  } finally {
    await proxy.close();
  }
  const again = await runCli(['analyze', url, '--replica', 'east', '--state', state, '--json']);
  assert.equal(again.exitCode, 0, again.stderr);
  const opened = openState(state);
  try {
    assert.deepEqual(dumpOf(opened), (await historyOf(logFile(csvOf(rows)))).dump);
  } finally {
    opened.close();
  }
});

test('analyze reads the tables that foresync.yaml names, and shows what became of their rows', async () => {
  const { url } = await makeTable(server(), tsvOf(rows));
  const folder = newFile('group');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'access.csv'), csvOf(rows.slice(0, 10)));
  writeFileSync(
    path.join(folder, 'foresync.yaml'),
    JSON.stringify({
      group: 'shop',
      table: 'items',
      lead: 'east',
      replicas: {
        east: { store: 'sqlite:shop.db', logs: [url.replace('//', '//reader@')] },
        west: { store: 'sqlite:shop.db', logs: ['access.csv'] },
      },
    }),
  );
  const options = { cwd: folder, env: { CLICKHOUSE_PASSWORD: readerPassword } };
  const shown = await runCli(['analyze', '--max-keys', '40'], options);
  assert.equal(shown.exitCode, 0, shown.stderr);
  assert.match(shown.stdout, /rejected/);
  assert.match(shown.stdout, /the key is not valid UTF-8/);
  assert.match(shown.stdout, /of keys that are not kept one by one/);
  assert.ok(!shown.stdout.includes(readerPassword));
  const named = await runCli(['analyze', url.replace('//', '//reader@'), '--rebuild', '--json'], options);
  const { files } = JSON.parse(named.stdout) as {
    files: { replica: string; lines: number; state: string }[];
  };
  assert.deepEqual(
    files.map(({ replica, lines }) => [replica, lines]),
    [['east', rows.length]],
  );
  const secret = await runCli(['analyze', url.replace('//', '//reader:hush@')], options);
  assert.equal(secret.exitCode, 64);
  assert.ok(secret.stderr.includes('CLICKHOUSE_PASSWORD') && !secret.stderr.includes('hush'), secret.stderr);
});
