import type { ClickHouseFigures } from '../clickhouse.ts';
import type { DonorLatencyFigures } from '../donor-latency.ts';
import type { IngestFigures } from '../ingest.ts';
import type { InspectFigures } from '../inspect.ts';
import type { PlanFigures } from '../plan.ts';
import type { ScaleFigures } from '../scale.ts';
import type { ServeFigures } from '../serve.ts';
import type { SimulateFigures } from '../simulate.ts';
import { type CopyFigures, wayNames } from '../support/measure-copies.ts';
import type { Spread } from '../support/statistics.ts';
import { timeToHot } from '../time-to-hot/report.ts';
import { markdownTable } from './page.ts';
import { postgresTable } from './postgres-table.ts';

/** A full copy, compared, forced to disk and with the hot rows first, may take so many times as long as `cat`. */
const ratioLimit = 2.5;

/** How many times as long as DuckDB `analyze` may take, in how much memory, and how long a run with nothing new. */
const ingestLimit = 2;
const ingestLimitBytes = 700 * 1000 * 1000;
const againLimitSeconds = 0.3;

/** A plan over a million keys may take so long, and so much memory. */
const planLimitKeys = 1_000_000;
const planLimitSeconds = 10;
const planLimitBytes = 1000 * 1000 * 1000;

/** A key press that moves may take so long over a million entries, any other so long, and all of it so much memory. */
const inspectLimitEntries = 1_000_000;
const moveLimitMs = 50;
const pressLimitMs = 300;
const inspectLimitBytes = 400 * 1000 * 1000;

/** How far a simulated join may be from a real one, and how long a simulation by a sample may take. */
const agreement = 0.15;
const simulateLimitSeconds = 60;

/** How long readers whose row is there may wait. */
const servedLimitMs = 20;

/** What the application at a donor may wait longer for its slowest writes, and how far the donor's WAL may grow: four of SQLite's checkpoints. */
const latencyLimit = 1.5;
const walLimitBytes = 16 * 2 ** 20;

/** What the docs show of each bench's answer. The answers come from the scripts beside, so their shapes are taken for granted. */
export const tables: Record<string, (answer: never) => string> = {
  ingest,
  scale,
  clickhouse,
  plan,
  inspect,
  startup: ({ seconds, timesAnEmptyNode, repetitions }: StartupFigures) =>
    markdownTable(
      ['', `seconds, median of ${repetitions}`, 'times an empty Node'],
      Object.entries(seconds).map(([name, value]) => [
        name,
        decimal(value),
        (timesAnEmptyNode[name] ?? Number.NaN).toFixed(1),
      ]),
    ),
  'add-replica': (figures: CopyFigures) =>
    [copies(figures), limitKept(figures), phases(figures), processes(figures)].join('\n\n'),
  'text-key': (figures: CopyFigures) => copies(figures),
  'donor-latency': donorLatency,
  'slow-link': (figures: CopyFigures) => [copies(figures), phases(figures), processes(figures)].join('\n\n'),
  simulate,
  serve,
  postgres: postgresTable,
  'time-to-hot': timeToHot,
};

function serve({ rows, rate, rtt, perSecond, runSeconds, all, sinceHotReady }: ServeFigures): string {
  const line = (name: string, { reads, p50Ms, p99Ms, mostMs }: ServeFigures['all']['hits']) => [
    name,
    count(reads),
    decimal(p50Ms),
    decimal(p99Ms),
    decimal(mostMs),
  ];
  const isKept = sinceHotReady.hits.p99Ms < servedLimitMs;
  return [
    `${count(rows)} rows, ${rate} and ${rtt}, ${count(perSecond)} reads a second; the run took ${decimal(runSeconds)} s.`,
    markdownTable(
      ['', 'reads', 'p50 ms', 'p99 ms', 'longest ms'],
      [
        line('hits, since hot-ready', sinceHotReady.hits),
        line('misses, since hot-ready', sinceHotReady.misses),
        line("hits, since the joiner's first answer", all.hits),
        line("misses, since the joiner's first answer", all.misses),
      ],
    ),
    `Limit: a p99 of ${servedLimitMs} ms for hits, **${isKept ? 'kept' : 'missed'}**.`,
  ].join('\n\n');
}

function simulate(figures: SimulateFigures): string {
  const { rate, rtt, rows, plannedKeys, repetitions, hotReady, inSync, sampled } = figures;
  const line = (name: string, { real, simulated, ratio }: SimulateFigures['hotReady']) => [
    name,
    decimal(real.median),
    `${decimal(real.least)} to ${decimal(real.most)}`,
    decimal(simulated),
    decimal(ratio),
  ];
  const agrees = [hotReady, inSync].every(({ ratio }) => Math.abs(ratio - 1) <= agreement);
  const word = (isKept: boolean) => `**${isKept ? 'kept' : 'missed'}**`;
  return [
    `${count(rows)} rows, ${count(plannedKeys)} of them planned, over ${rate} and ${rtt}.`,
    markdownTable(
      ['', `real seconds, median of ${repetitions}`, 'least to most', 'simulated', 'real to simulated'],
      [line('hot-ready', hotReady), line('in sync', inSync)],
    ),
    `By a sample: ${count(sampled.events)} events of ${count(sampled.keys)} keys in ${decimal(sampled.seconds)} s and ${mib(sampled.maxRssBytes)}; the hit rates may be off by ${decimal(100 * sampled.hitRateError)} points at most.`,
    `Limits: within 15 % of a real join, ${word(agrees)}; ${simulateLimitSeconds} s for the sample, ${word(sampled.seconds <= simulateLimitSeconds)}.`,
  ].join('\n\n');
}

interface StartupFigures {
  repetitions: number;
  seconds: Record<string, number>;
  timesAnEmptyNode: Record<string, number>;
}

function ingest(figures: IngestFigures): string {
  const { events, keys, logBytes, historyBytes, repetitions, eventsPerSecond, againSeconds, duckdb } =
    figures;
  const about =
    `${count(events)} events of ${count(keys)} keys, ${megabytes(logBytes)}; ${count(eventsPerSecond)} events a second, ` +
    `a history of ${megabytes(historyBytes)}. A second run, which finds nothing new: ${decimal(againSeconds)} s.`;
  const line = (name: string, { median, least, most }: Spread, ratio: string, peakBytes: number) => [
    name,
    decimal(median),
    `${decimal(least)} to ${decimal(most)}`,
    ratio,
    mib(peakBytes),
  ];
  const lines = [line('foresync analyze', figures.seconds, '', figures.maxRssBytes)];
  if (!duckdb) return `${about}\n\n${markdownTable(ingestColumns(repetitions), lines)}`;
  const { median, least, most } = duckdb.ratio;
  lines[0] = line(
    'foresync analyze',
    figures.seconds,
    `${decimal(median)} (${decimal(least)} to ${decimal(most)})`,
    figures.maxRssBytes,
  );
  lines.push(line('DuckDB', duckdb.seconds, '1.00', duckdb.maxRssBytes));
  const kept = (isKept: boolean) => `**${isKept ? 'kept' : 'missed'}**`;
  const limit =
    `Limits: a ratio of ${ingestLimit}, ${kept(median <= ingestLimit)}; ${megabytes(ingestLimitBytes)} of memory, ` +
    `${kept(figures.maxRssBytes < ingestLimitBytes)}; ${decimal(againLimitSeconds)} s for the second run, ${kept(againSeconds < againLimitSeconds)}.`;
  return `${about}\n\n${markdownTable(ingestColumns(repetitions), lines)}\n\n${limit}`;
}

function scale({ logs, nextEvents }: ScaleFigures): string {
  const columns = [
    'events',
    'keys',
    'seconds',
    'µs an event',
    'memory at most',
    'history',
    'bytes a key',
    `${count(nextEvents)} more, seconds`,
  ];
  const lines = logs.map((log) => [
    count(log.events),
    count(log.keys),
    decimal(log.seconds),
    decimal(log.microsecondsPerEvent),
    mib(log.maxRssBytes),
    megabytes(log.historyBytes),
    count(Math.round(log.historyBytes / log.keys)),
    decimal(log.nextSeconds),
  ]);
  return markdownTable(columns, lines);
}

function clickhouse(figures: ClickHouseFigures): string {
  const { events, keys, tableBytes, receivedBytes, servers, serverVersion, halfKept } = figures;
  const about =
    `${count(events)} events of ${count(keys)} keys, ${megabytes(tableBytes)} on ${servers} servers of ClickHouse ${serverVersion}, which sent ` +
    `${megabytes(receivedBytes)}: ${count(figures.eventsPerSecond)} events a second. A second run, which finds nothing new: ` +
    `${decimal(figures.againSeconds)} s. The server that needed most memory for the first: ${mib(figures.serverMaxRssBytes)}.`;
  const line = (name: string, run: { seconds: number; maxRssBytes: number; historyBytes: number }) => [
    name,
    decimal(run.seconds),
    mib(run.maxRssBytes),
    megabytes(run.historyBytes),
  ];
  const lines = [line('all keys kept', figures), line('half of them, and a sketch', halfKept)];
  return `${about}\n\n${markdownTable(['', 'seconds', "foresync's memory at most", 'history'], lines)}`;
}

function plan({ plans }: PlanFigures): string {
  const steps = Object.keys(plans[0]?.steps ?? {});
  const columns = ['keys', 'planned', 'seconds', ...steps, 'CPU seconds', 'keys a second', 'memory at most'];
  const lines = plans.map((one) => [
    count(one.keys),
    count(one.entries),
    decimal(one.seconds),
    ...steps.map((step) => decimal(one.steps[step])),
    decimal(one.cpuSeconds),
    count(one.keysPerSecond),
    mib(one.maxRssBytes),
  ]);
  const judged = plans.filter(({ keys }) => keys >= planLimitKeys);
  const kept = (isKept: (one: PlanFigures['plans'][number]) => boolean) =>
    judged.length === 0 ? 'not judged' : `**${judged.every(isKept) ? 'kept' : 'missed'}**`;
  const limits =
    `Limits for ${count(planLimitKeys)} keys: ${planLimitSeconds} s, ${kept(({ seconds }) => seconds < planLimitSeconds)}; ` +
    `${megabytes(planLimitBytes)} of memory, ${kept(({ maxRssBytes }) => maxRssBytes < planLimitBytes)}.`;
  return `${markdownTable(columns, lines)}\n\n${limits}`;
}

function inspect({
  entries,
  fileBytes,
  openSeconds,
  waits,
  repetitions,
  maxRssBytes,
}: InspectFigures): string {
  const about =
    `${count(entries)} entries, ${megabytes(fileBytes)}, read in ${decimal(openSeconds)} s; then ` +
    `${mib(maxRssBytes.opened)} of memory, and ${mib(maxRssBytes.all)} at most by the end of all that is below.`;
  const lines = waits.map(({ name, ms }) => [
    name,
    decimal(ms.median),
    `${decimal(ms.least)} to ${decimal(ms.most)}`,
  ]);
  const isMove = (name: string) => /row|page|end/.test(name);
  const kept = (isKept: boolean) =>
    entries < inspectLimitEntries ? 'not judged' : `**${isKept ? 'kept' : 'missed'}**`;
  const within = (moves: boolean, limitMs: number) =>
    kept(waits.every(({ name, ms }) => isMove(name) !== moves || ms.median < limitMs));
  const limits =
    `Limits for ${count(inspectLimitEntries)} entries: ${moveLimitMs} ms for a move, ${within(true, moveLimitMs)}; ` +
    `${pressLimitMs} ms for any other key, ${within(false, pressLimitMs)}; ${megabytes(inspectLimitBytes)} of memory, ` +
    `${kept(maxRssBytes.all < inspectLimitBytes)}.`;
  return `${about}\n\n${markdownTable(['', `milliseconds, median of ${repetitions}`, 'least to most'], lines)}\n\n${limits}`;
}

function donorLatency(figures: DonorLatencyFigures): string {
  const { rows, fileBytes, transactionsPerSecond, repetitions, turns } = figures;
  const about = `${count(rows)} rows, ${megabytes(fileBytes)}, ${count(transactionsPerSecond)} transactions a second.`;
  const columns = [
    '',
    `seconds, median of ${repetitions}`,
    'transactions',
    'p50 ms',
    'p99 ms',
    'least to most',
    'p99 to alone',
    'least to most',
    'longest ms',
    'WAL at most',
  ];
  const between = ({ least, most }: Spread) => `${decimal(least)} to ${decimal(most)}`;
  const lines = turns.map((turn) => [
    turn.name,
    decimal(turn.seconds.median),
    count(turn.transactions),
    decimal(turn.p50Ms.median),
    decimal(turn.p99Ms.median),
    between(turn.p99Ms),
    decimal(turn.p99Ratio.median),
    between(turn.p99Ratio),
    decimal(turn.mostMs),
    mib(turn.walBytes),
  ]);
  const sparing = turns.filter(({ name }) => name.includes('--max-donor-latency'));
  const kept = (isKept: boolean) => `**${isKept ? 'kept' : 'missed'}**`;
  const limits =
    `Limits: a p99 of ${latencyLimit} times that of the application alone, with --max-donor-latency, ` +
    `${kept(sparing.every(({ p99Ratio }) => p99Ratio.median <= latencyLimit))}; a WAL of ${mib(walLimitBytes)}, ` +
    `${kept(turns.every(({ walBytes }) => walBytes <= walLimitBytes))}.`;
  return `${about}\n\n${markdownTable(columns, lines)}\n\n${limits}`;
}

function ingestColumns(repetitions: number): string[] {
  return ['', `seconds, median of ${repetitions}`, 'least to most', 'ratio to DuckDB', 'memory at most'];
}

function copies({ rows, fileBytes, zstd1Ratio, repetitions, ways, wireBytes }: CopyFigures): string {
  const about =
    `${count(rows)} rows, ${megabytes(fileBytes)}, ${zstd1Ratio} to 1 with zstd level 1; ` +
    `add-replica sent ${megabytes(wireBytes)}.`;
  const columns = [
    '',
    `seconds, median of ${repetitions}`,
    'least to most',
    'ratio to cat',
    'least to most',
    'CPU seconds',
  ];
  const lines = ways.map(({ name, seconds, ratio, cpuSeconds }) => [
    name,
    decimal(seconds.median),
    `${decimal(seconds.least)} to ${decimal(seconds.most)}`,
    decimal(ratio.median),
    `${decimal(ratio.least)} to ${decimal(ratio.most)}`,
    cpuSeconds === undefined ? '' : decimal(cpuSeconds),
  ]);
  return `${about}\n\n${markdownTable(columns, lines)}`;
}

/** Said by the figures themselves, so that the page cannot go on claiming what is no longer so. */
function limitKept({ ways }: CopyFigures): string {
  const copied = [wayNames.planned, wayNames.plain];
  const kept = ways
    .filter(({ name }) => copied.some((way) => way === name))
    .every(({ ratio }) => ratio.median <= ratioLimit);
  return `The limit is a ratio of ${ratioLimit}: **${kept ? 'kept' : 'missed'}**.`;
}

function phases({ phases: seconds }: CopyFigures): string {
  const names = Object.keys(seconds);
  return markdownTable(['seconds of', ...names], [['', ...names.map((name) => decimal(seconds[name]))]]);
}

function processes({ processes: uses }: CopyFigures): string {
  const lines = Object.entries(uses)
    .sort(([, a], [, b]) => b.peakBytes - a.peakBytes)
    .map(([role, { peakBytes, cpuSeconds }]) => [role, mib(peakBytes), decimal(cpuSeconds)]);
  return markdownTable(['process', 'memory at most', 'CPU seconds'], lines);
}

function count(value = Number.NaN): string {
  return Math.round(value).toLocaleString('en-US');
}

function decimal(value = Number.NaN): string {
  return value.toFixed(2);
}

function mib(bytes = Number.NaN): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
