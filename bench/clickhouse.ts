// How long does `foresync analyze` take for a table of events at ClickHouse, from its start to the stored history, and how much memory do
// foresync and the servers need? The table is spread over two servers of the version that Debian has (18.16), a Distributed table
// before them; all share this machine. Not asked: today's ClickHouse, which is several times as fast; a network between.
//
//   node bench/clickhouse.ts [--events 100000000] [--servers 2]
//
// Needs Debian's clickhouse-server, which the tests install.

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type ClickHouseServers, startClickHouse } from '../test/support/clickhouse-servers.ts';
import { rounded } from './support/statistics.ts';
import { type Timed, timed } from './support/timed.ts';

export interface ClickHouseFigures {
  question: string;
  servers: number;
  serverVersion: string;
  events: number;
  keys: number;
  tableBytes: number;
  historyBytes: number;
  seconds: number;
  eventsPerSecond: number;
  /** What the servers sent. */
  receivedBytes: number;
  maxRssBytes: number;
  /** Of the server that needed most. */
  serverMaxRssBytes: number;
  /** Half of the keys are kept, the others are in the sketch. */
  halfKept: { seconds: number; maxRssBytes: number; historyBytes: number };
  /** A second run, which finds nothing new. */
  againSeconds: number;
}

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '100000000' },
    servers: { type: 'string', default: '2' },
  },
});
const events = Number(values.events);
const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'foresync-clickhouse-bench-'));
const cluster = await startClickHouse({ count: Number(values.servers), maxQueryBytes: 4e9 });
try {
  console.log(JSON.stringify(await measure(cluster)));
} finally {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measure({ servers }: ClickHouseServers): Promise<ClickHouseFigures> {
  const [first] = servers;
  if (!first) throw new Error('at least one server is needed');
  await Promise.all(servers.map((server, index) => fill(server.run, index, servers.length)));
  await first.run(
    'CREATE TABLE access (time UInt64, key String, operation String, size UInt32) ENGINE = Distributed(all, default, shard)',
  );
  const url = `clickhouse://${first.address}/default/access`;
  const run = await analyze(url, 'all.db', events);
  const serverMaxRssBytes = Math.max(...servers.map(({ pid }) => peakBytes(pid)));
  const again = await analyze(url, 'all.db', 0);
  const half = await analyze(url, 'half.db', events, ['--max-keys', String(Math.ceil(run.keys / 2))]);
  const sizes = await Promise.all(
    servers.map(({ run: ask }) =>
      ask("SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'shard' AND active"),
    ),
  );
  return {
    question: 'from a table at ClickHouse to the stored access history, whole process',
    servers: servers.length,
    serverVersion: (await first.run('SELECT version()')).trim(),
    events,
    keys: run.keys,
    tableBytes: sizes.reduce((sum, size) => sum + Number(size), 0),
    historyBytes: statSync(path.join(folder, 'all.db')).size,
    seconds: rounded(run.ms / 1000),
    eventsPerSecond: Math.round(events / (run.ms / 1000)),
    receivedBytes: run.receivedBytes,
    maxRssBytes: ownPeak(run),
    serverMaxRssBytes,
    halfKept: {
      seconds: rounded(half.ms / 1000),
      maxRssBytes: ownPeak(half),
      historyBytes: statSync(path.join(folder, 'half.db')).size,
    },
    againSeconds: rounded(again.ms / 1000),
  };
}

/** Seven days, Zipf (s = 1) over 1,000,000 keys, one write in ten, spread over the servers event by event. */
async function fill(run: (sql: string) => Promise<string>, index: number, count: number): Promise<void> {
  const uniform = (salt: number) =>
    `(intHash32(number * ${count} + ${index} + ${salt}000000000) / 4294967296)`;
  const rank = `toUInt32(floor(pow(1000000, ${uniform(1)})))`;
  await run(
    'CREATE TABLE shard (time UInt64, key String, operation String, size UInt32) ENGINE = MergeTree PARTITION BY tuple() ORDER BY time',
  );
  await run(
    `INSERT INTO shard SELECT ${Date.UTC(2026, 0, 5)} + intDiv(number * ${7 * 86_400_000 * count}, ${events}),
       concat('item:', toString(intHash32(${rank}))), if(${uniform(2)} < 0.1, 'write', 'read'), toUInt32(${uniform(3)} * 4096)
     FROM numbers(${Math.floor((events + count - 1 - index) / count)})`,
  );
}

async function analyze(
  url: string,
  state: string,
  expected: number,
  more: string[] = [],
): Promise<Timed & { keys: number; receivedBytes: number }> {
  const run = await timed(program, ['analyze', url, '--state', path.join(folder, state), '--json', ...more]);
  const report = JSON.parse(run.stdout) as {
    events: number;
    history: { keys: number };
    files: { bytes: number }[];
  };
  if (report.events !== expected) throw new Error(`${report.events} of ${expected} events were counted`);
  return { ...run, keys: report.history.keys, receivedBytes: report.files[0]?.bytes ?? 0 };
}

/** The server is a child of this process too, and no part of the run. */
function ownPeak({ processes }: Timed): number {
  return processes.byRole.operator?.peakBytes ?? 0;
}

function peakBytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;
}
