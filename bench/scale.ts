// Does an event cost more the more events or keys there are? From a plain CSV to the stored access history, whole process, for logs of
// growing length; then a log of the next day on top of each history; then a log whose keys are all cold. How much memory does it take, and
// how large is the history? Not asked: how that compares with anything else (bench/ingest.ts).
//
//   node bench/scale.ts [--events 1000000,10000000,100000000] [--next 100000] [--keys 10000000] [--seed 1]

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeEvenLog, writeNextLog, writeZipfLog } from './support/access-log-file.ts';
import { rounded } from './support/statistics.ts';
import { timed } from './support/timed.ts';

export interface ScaleFigures {
  question: string;
  logs: {
    events: number;
    keys: number;
    seconds: number;
    microsecondsPerEvent: number;
    maxRssBytes: number;
    historyBytes: number;
    /** A log of `nextEvents` on top of it. */
    nextSeconds: number;
  }[];
  nextEvents: number;
}

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000,10000000,100000000' },
    next: { type: 'string', default: '100000' },
    keys: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed);
const nextEvents = Number(values.next);
const evenKeys = Number(values.keys);
const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'foresync-scale-'));
const log = path.join(folder, 'access.csv');
const next = path.join(folder, 'next.csv');
const state = path.join(folder, 'state.db');
try {
  await writeNextLog(next, nextEvents, seed + 1);
  const logs: ScaleFigures['logs'] = [];
  for (const events of values.events.split(',').map(Number)) {
    await writeZipfLog(log, events, seed);
    logs.push(await measure(events));
  }
  await writeEvenLog(log, 2 * evenKeys, evenKeys);
  logs.push(await measure(2 * evenKeys));
  const question = 'what an event costs, by how many there are and how many keys';
  console.log(JSON.stringify({ question, logs, nextEvents } satisfies ScaleFigures));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(events: number): Promise<ScaleFigures['logs'][number]> {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${state}${suffix}`, { force: true });
  await timed('sync', []);
  const run = await analyze(log, events);
  const historyBytes = statSync(state).size;
  const { ms: nextMs } = await analyze(next, nextEvents);
  return {
    events,
    keys: run.keys,
    seconds: rounded(run.ms / 1000),
    microsecondsPerEvent: rounded((run.ms * 1000) / events),
    maxRssBytes: Math.max(...Object.values(run.processes.byRole).map(({ peakBytes }) => peakBytes)),
    historyBytes,
    nextSeconds: rounded(nextMs / 1000),
  };
}

async function analyze(file: string, expected: number) {
  const run = await timed(program, ['analyze', file, '--replica', 'bench', '--state', state, '--json']);
  const report = JSON.parse(run.stdout) as { events: number; history: { keys: number } };
  if (report.events !== expected) throw new Error(`${report.events} of ${expected} events were read`);
  return { ...run, keys: report.history.keys };
}
