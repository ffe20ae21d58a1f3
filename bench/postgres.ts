// How long does a new replica at PostgreSQL take, compared and in its place, against copying alone, PostgreSQL's own copy and pgcopydb, where that is there? And how soon are the planned rows there?
//
//   node bench/postgres.ts [--rows 1000000] [--repetitions 3]
//
// Two servers on this machine, over Unix sockets, with the settings that PostgreSQL comes with but for what replication needs and a WAL that is not written back
// meanwhile. Nobody writes at the donor.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type PostgresPair, postgresPair, withoutPostgres } from '../test/support/postgres.ts';
import { findProgram } from '../test/support/sshd-path.ts';
import { cpuSecondsSoFar } from './support/server-cost.ts';
import { Grouped, type Spread, spreadOf } from './support/statistics.ts';

const allWays = ['copy', 'subscription', 'pgcopydb', 'plain', 'planned'] as const;
type Way = (typeof allWays)[number];

const hasPgcopydb = findProgram('pgcopydb') !== undefined && findProgram('setsid') !== undefined;
const ways = allWays.filter((way) => way !== 'pgcopydb' || hasPgcopydb);

export interface PostgresFigures {
  question: string;
  rows: number;
  tableBytes: number;
  plannedKeys: number;
  /** Without those that are not there. */
  seconds: Partial<Record<Way, Spread>>;
  /** Of both servers and all programs. */
  cpuSeconds: Partial<Record<Way, Spread>>;
  /** Until every planned row was there. */
  hotSeconds: Spread;
}

const runJs = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const settings = {
  fsync: 'on',
  shared_buffers: '128MB',
  max_wal_size: '4GB',
  autovacuum: 'on',
};

const definition =
  'CREATE TABLE items (id bigint PRIMARY KEY, name text NOT NULL, price numeric(10,2), made timestamptz, body text)';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, repetitions: { type: 'string', default: '3' } },
});
function measure(pair: PostgresPair, folder: string, rows: number, repetitions: number): PostgresFigures {
  pair.donor.sql(`${definition}; INSERT INTO items SELECT g, 'item number ' || g, g * 1.25, '2020-01-01'::timestamptz + g * interval '1 s',
    md5(g::text) || md5((g + 1)::text) || md5((g + 2)::text) || md5((g + 3)::text) || md5((g + 4)::text) || md5((g + 5)::text) FROM generate_series(1, ${rows}) g;
    VACUUM ANALYZE items; CHECKPOINT`);
  const planned = Math.ceil(rows / 100);
  writePlan(path.join(folder, 'plan.jsonl'), rows, planned);
  const document = {
    group: 'shop',
    table: 'items',
    lead: 'east',
    replicas: { east: { store: pair.donor.store() } },
  };
  writeFileSync(path.join(folder, 'foresync.yaml'), JSON.stringify(document));
  const seconds = new Grouped();
  const cpuSeconds = new Grouped();
  const servers = [pair.donor.pid, pair.joiner.pid];
  const hot: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++)
    for (const way of ways) {
      pair.joiner.sql('DROP TABLE IF EXISTS items; CHECKPOINT');
      const [startedMs, cpuBefore] = [performance.now(), cpuSecondsSoFar(servers)];
      const hotMs = copyBy[way](pair, folder);
      seconds.add(way, (performance.now() - startedMs) / 1000);
      cpuSeconds.add(way, cpuSecondsSoFar(servers) - cpuBefore);
      if (hotMs !== undefined) hot.push(hotMs / 1000);
      const count = pair.joiner.sql('SELECT count(*) FROM items');
      if (count !== String(rows)) throw new Error(`${way} left ${count} rows`);
      if (way === 'subscription') {
        pair.joiner.sql('DROP SUBSCRIPTION of_the_bench');
        pair.donor.sql('DROP PUBLICATION of_the_bench');
      }
    }
  return {
    question: 'a new replica at PostgreSQL, compared and in its place',
    rows,
    tableBytes: Number(pair.donor.sql("SELECT pg_table_size('items')")),
    plannedKeys: planned,
    seconds: spreads(seconds),
    cpuSeconds: spreads(cpuSeconds),
    hotSeconds: spreadOf(hot),
  };
}

function spreads(values: Grouped): Partial<Record<Way, Spread>> {
  return Object.fromEntries([...values.names()].map((way) => [way, spreadOf(values.of(way))]));
}

/** Each tells when the planned rows were there, where there is a plan. */
const copyBy: Record<Way, (pair: PostgresPair, folder: string) => number | undefined> = {
  copy: ({ donor, joiner }) => {
    joiner.sql(definition);
    const psql = (server: typeof donor, sql: string) =>
      `'${server.program('psql')}' -XqAt -h '${server.socketFolder}' -U postgres -c '${sql}'`;
    execFileSync('sh', [
      '-c',
      `${psql(donor, 'COPY items TO STDOUT (FORMAT binary)')} | ${psql(joiner, 'COPY items FROM STDIN (FORMAT binary)')}`,
    ]);
    return undefined;
  },
  subscription: ({ donor, joiner }) => {
    joiner.sql(definition);
    donor.sql('CREATE PUBLICATION of_the_bench FOR TABLE items');
    joiner.sql(
      `CREATE SUBSCRIPTION of_the_bench CONNECTION 'host=${donor.socketFolder} user=postgres dbname=postgres' PUBLICATION of_the_bench`,
    );
    while (joiner.sql("SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'") !== '0')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    return undefined;
  },
  // It copies the whole database, which holds nothing else, and ends all processes of its group where it fails.
  pgcopydb: ({ donor, joiner }, folder) => {
    const url = (server: typeof donor) => `postgres://postgres@/postgres?host=${server.socketFolder}`;
    const work = mkdtempSync(path.join(folder, 'pgcopydb-'));
    const args = ['clone', '--dir', path.join(work, 'dir'), '--source', url(donor), '--target', url(joiner)];
    const programs = `${path.dirname(donor.program('psql'))}:${process.env.PATH}`;
    execFileSync('setsid', ['-w', 'pgcopydb', ...args, '--no-owner', '--no-acl'], {
      env: { ...process.env, PATH: programs },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return undefined;
  },
  plain: (pair, folder) => foresync(pair, folder, ['--no-plan']),
  planned: (pair, folder) => foresync(pair, folder, ['--plan', 'plan.jsonl']),
};

function foresync({ joiner }: PostgresPair, folder: string, options: string[]): number | undefined {
  const args = ['add-replica', 'west', '--host', 'local', '--store', joiner.store(), '--hand-over', 'none'];
  const { status, stdout, stderr } = spawnSync(
    runJs,
    [...args, '--json', '--progress', 'plain', ...options],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
  const { run } = JSON.parse(stdout) as { run: { startedAtMs: number; hotReadyAtMs?: number } };
  return run.hotReadyAtMs === undefined ? undefined : run.hotReadyAtMs - run.startedAtMs;
}

function writePlan(file: string, rows: number, planned: number): void {
  const origin = new Date().toISOString();
  const header = {
    ...{ kind: 'foresync.plan', version: 1, group: 'shop', table: 'items', model: 'bench', entries: planned },
    ...{ origin, horizonMs: 86_400_000, minConfidence: 0, expectedHitRate: 0.5 },
  };
  const entries = Array.from({ length: planned }, (_, place) => ({
    // Spread over the table, in no order.
    ...{ key: 1 + ((place * 7919 * 101) % rows), confidence: 0.9, expectedAt: origin, expectedReads: 1 },
    ...{ expectedWrites: 0, donor: 'east', model: 'bench' },
  }));
  writeFileSync(file, [header, ...entries].map((line) => `${JSON.stringify(line)}\n`).join(''));
}

if (withoutPostgres) {
  process.stderr.write(`${withoutPostgres}\n`);
  process.exitCode = 1;
} else {
  const pair = await postgresPair({ donor: settings, joiner: settings });
  const folder = mkdtempSync(path.join(tmpdir(), 'foresync-bench-'));
  try {
    process.stdout.write(
      `${JSON.stringify(measure(pair, folder, Number(values.rows), Number(values.repetitions)))}\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await pair.stop();
  }
}
