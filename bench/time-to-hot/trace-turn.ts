import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SimulationReport } from '../../src/core/simulate/simulation-report.ts';
import { type CopyPlace, group, type Route } from '../support/copy-place.ts';
import { bestInHindsight, rowsOfPlan, writeOrder } from './hindsight-plan.ts';
import { arrivalOf, type Missed, missedBy, missedByReaders, type RunTimes } from './reads-missed.ts';
import { type ServedJoin, servedJoin } from './served-join.ts';
import type { Trace } from './trace.ts';
import type { AnsweredRead, ReadOutcome, TimedRead } from './trace-readers.ts';

const hourMs = 3_600_000;

/** One way to come to a replica, over one trace. */
export interface JoinFigures {
  name: 'foresync' | 'no plan' | 'hindsight';
  hotKeys: number;
  wireBytes: number;
  times: RunTimes;
  outcomes: Record<ReadOutcome, number>;
  /** Hits by how their row came to the joiner first, as its own log has it. */
  hitsBy: Record<string, number>;
  /** As the readers met it. */
  met: Missed;
  /** The same reads by when the plan, the snapshot and the Delta Log bring their rows. */
  withoutReadThrough: Missed;
  /** The same join, link and reads by `foresync simulate`, which knows no read-through. */
  simulated: { hitRate: number; misses: number; inSyncMs: number; hotReadyMs: number | undefined };
}

export interface TraceFigures {
  trace: string;
  what: string;
  origin: string;
  keys: number;
  /** Read after the origin, before the slowest join was in sync. */
  readKeys: number;
  /** Reads of keys that were never read before the origin: no forecast knows them. */
  unseenReads: number;
  planCommand: string;
  joins: JoinFigures[];
  /** Reads before the plain copy is whole, all of which miss. */
  copy: { ms: number; misses: number };
}

export interface TraceTurn {
  place: CopyPlace;
  route: Route;
  trace: Trace;
  rows: number;
  copyMs: number;
  link: { bytesPerSecond: number; rtt: string };
  planOptions: readonly string[];
}

/** All ways over one trace, an hour of whose reads falls into the time that the plain copy takes. */
export async function traceTurn(turn: TraceTurn): Promise<TraceFigures> {
  const { place, route, trace, rows, copyMs, planOptions } = turn;
  const timeScale = hourMs / copyMs;
  const reads = trace.reads.map(({ atMs, row }): TimedRead => ({ dueMs: atMs / timeScale, row }));
  const file = (name: string) => path.join(place.folder, `${trace.name}${name}`);
  const state = file('.db');
  writeLog(file('-before.csv'), trace.past);
  writeLog(
    file('-after.csv'),
    trace.reads.map(({ atMs, row }) => `${trace.originMs + atMs},read,${row}`),
  );
  const origin = new Date(trace.originMs).toISOString();
  const join = (plan: string | undefined) => servedJoin(place, route, { plan, state, reads });

  const unplanned = await join(undefined);
  await place.foresync('analyze', file('-before.csv'), '--state', state, '--replica', 'east');
  const [plan, oracle] = [file('-plan.jsonl'), file('-hindsight.jsonl')];
  const planCommand = ['plan', '--at', origin, ...planOptions];
  await place.foresync(...planCommand, '--state', state, '--out', plan);
  const best = bestInHindsight(reads, {
    arrivalMs: arrivalOf(unplanned.times, { rows, planned: [] }),
    inSyncMs: unplanned.times.inSyncMs,
  });
  writeOrder(oracle, best, group);
  const planned = await join(plan);
  const hindsight = await join(oracle);

  const joins = [
    { name: 'foresync', joined: planned, plan, order: rowsOfPlan(readFileSync(plan, 'utf8')) },
    { name: 'no plan', joined: unplanned, plan: undefined, order: [] },
    { name: 'hindsight', joined: hindsight, plan: oracle, order: best },
  ] as const;
  const untilMs = Math.max(...joins.map(({ joined }) => joined.times.inSyncMs));
  const figures: JoinFigures[] = [];
  for (const { name, joined, plan, order } of joins) {
    const simulated = await simulatedBeside(turn, { plan, state, log: file('-after.csv'), timeScale });
    figures.push(figuresOf(name, joined, { order, rows, reads, untilMs, simulated }));
  }
  const known = new Set(trace.past.map((line) => Number(line.split(',')[2])));
  const inTime = reads.filter(({ dueMs }) => dueMs < untilMs);
  return {
    trace: trace.name,
    what: trace.what,
    origin,
    keys: trace.keys,
    readKeys: new Set(inTime.map(({ row }) => row)).size,
    unseenReads: inTime.filter(({ row }) => !known.has(row)).length,
    planCommand: ['foresync', ...planCommand].join(' '),
    joins: figures,
    copy: { ms: copyMs, misses: reads.filter(({ dueMs }) => dueMs < copyMs).length },
  };
}

function figuresOf(
  name: JoinFigures['name'],
  { times, hotKeys, wireBytes, answered, hitsBy }: ServedJoin,
  options: {
    order: readonly number[];
    rows: number;
    reads: readonly TimedRead[];
    untilMs: number;
    simulated: SimulationReport;
  },
): JoinFigures {
  const { order, rows, reads, untilMs, simulated } = options;
  const arrivalMs = arrivalOf(times, { rows, planned: order });
  const [join] = simulated.joins;
  const met = missedByReaders(reads, answered, { inSyncMs: times.inSyncMs, untilMs });
  // Over the same reads: once it is in sync nothing is missed.
  const simulatedMisses = (1 - (join?.hitRate ?? Number.NaN)) * simulated.reads;
  return {
    name,
    hotKeys,
    wireBytes,
    times,
    outcomes: counted(answered),
    hitsBy,
    met,
    withoutReadThrough: missedBy(reads, untilMs, ({ dueMs, row }) => dueMs >= arrivalMs(row)),
    simulated: {
      hitRate: 1 - simulatedMisses / met.reads,
      misses: Math.round(simulatedMisses),
      inSyncMs: join?.inSyncMs ?? Number.NaN,
      hotReadyMs: join?.hotReadyMs,
    },
  };
}

async function simulatedBeside(
  { place, trace, link }: TraceTurn,
  options: { plan: string | undefined; state: string; log: string; timeScale: number },
): Promise<SimulationReport> {
  const { plan, state, log, timeScale } = options;
  const stdout = await place.foresync(
    'simulate',
    ...['--state', state, '--log', log, '--replica', 'east', '--time-scale', timeScale.toFixed(6)],
    ...['--at', new Date(trace.originMs).toISOString(), '--horizon', '24h'],
    ...['--link', `${link.bytesPerSecond}/s`, '--rtt', link.rtt],
    ...(plan === undefined ? ['--order', 'copy'] : ['--plan', plan, '--order', 'foresync']),
    '--json',
  );
  return JSON.parse(stdout) as SimulationReport;
}

function counted(answered: readonly AnsweredRead[]): Record<ReadOutcome, number> {
  const counts = { hit: 0, fetched: 0, unavailable: 0, refused: 0 };
  for (const { outcome } of answered) counts[outcome]++;
  return counts;
}

function writeLog(file: string, lines: readonly string[]): void {
  writeFileSync(file, `${['time,op,key', ...lines].join('\n')}\n`);
}
