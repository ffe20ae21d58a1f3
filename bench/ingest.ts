// How long does `foresync analyze` take from a plain CSV to a stored access history, start and end of the process included,
// beside DuckDB, which reads the same file to stored counts per key, hour and operation? In turn, on the same machine; and
// how much memory do they need? foresync keeps minutes, first and last times too. Not asked: compressed files, JSON Lines.
//
//   node bench/ingest.ts [--events 10000000] [--seed 1] [--repetitions 3] [--alone]
//
// --alone leaves DuckDB out, which is installed beside bench/duckdb/package.json at its first use.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installDuckDb } from './duckdb/install.ts';
import { writeZipfLog } from './support/access-log-file.ts';
import { Grouped, rounded, type Spread, spreadOf } from './support/statistics.ts';
import { type Timed, timed } from './support/timed.ts';

export interface IngestFigures {
  question: string;
  events: number;
  keys: number;
  logBytes: number;
  historyBytes: number;
  repetitions: number;
  seconds: Spread;
  eventsPerSecond: number;
  maxRssBytes: number;
  /** Absent with --alone. The ratio is foresync's time by DuckDB's of the same repetition. */
  duckdb?: { seconds: Spread; maxRssBytes: number; ratio: Spread };
  /** A second run, which finds nothing new. */
  againSeconds: number;
}

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '1' },
    repetitions: { type: 'string', default: '3' },
    alone: { type: 'boolean', default: false },
  },
});
const events = Number(values.events);
const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const duckdbScript = fileURLToPath(new URL('duckdb/count.ts', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'foresync-ingest-'));
try {
  if (!values.alone) installDuckDb();
  const log = path.join(folder, 'access.csv');
  await writeZipfLog(log, events, Number(values.seed));
  console.log(JSON.stringify(await measure(log)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(log: string): Promise<IngestFigures> {
  const state = path.join(folder, 'state.db');
  const seconds = new Grouped();
  const peaks = new Grouped();
  let keys = 0;
  const repetitions = Number(values.repetitions);
  for (let i = 0; i < repetitions; i++) {
    await timed('sync', []);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${state}${suffix}`, { force: true });
    const run = await analyze(log, state, events);
    keys = run.keys;
    note('foresync', run);
    if (values.alone) continue;
    await timed('sync', []);
    const database = path.join(folder, 'counts.duckdb');
    rmSync(database, { force: true });
    const duckdb = await timed(process.execPath, [duckdbScript, log, database]);
    const counted = (JSON.parse(duckdb.stdout) as { events: number }).events;
    if (counted !== events) throw new Error(`DuckDB counted ${counted} of ${events} events`);
    note('duckdb', duckdb);
  }
  const historyBytes = statSync(state).size;
  const again = await analyze(log, state, 0);
  const own = spreadOf(seconds.of('foresync'));
  return {
    question: 'from a plain CSV to the stored access history, whole process, beside DuckDB',
    events,
    keys,
    logBytes: statSync(log).size,
    historyBytes,
    repetitions,
    seconds: roundedSpread(own),
    eventsPerSecond: Math.round(events / own.median),
    maxRssBytes: spreadOf(peaks.of('foresync')).most,
    ...(values.alone
      ? {}
      : {
          duckdb: {
            seconds: roundedSpread(spreadOf(seconds.of('duckdb'))),
            maxRssBytes: spreadOf(peaks.of('duckdb')).most,
            ratio: roundedSpread(
              spreadOf(seconds.of('foresync').map((own, i) => own / (seconds.of('duckdb')[i] ?? Number.NaN))),
            ),
          },
        }),
    againSeconds: rounded(again.ms / 1000),
  };

  function note(name: string, { ms, processes }: Timed): void {
    seconds.add(name, ms / 1000);
    peaks.add(name, Math.max(...Object.values(processes.byRole).map(({ peakBytes }) => peakBytes)));
  }
}

async function analyze(log: string, state: string, expected: number): Promise<Timed & { keys: number }> {
  const run = await timed(program, ['analyze', log, '--replica', 'bench', '--state', state, '--json']);
  const report = JSON.parse(run.stdout) as { events: number; history: { keys: number } };
  if (report.events !== expected) throw new Error(`${report.events} of ${expected} events were read`);
  return { ...run, keys: report.history.keys };
}

function roundedSpread({ median, least, most }: Spread): Spread {
  return { median: rounded(median), least: rounded(least), most: rounded(most) };
}
