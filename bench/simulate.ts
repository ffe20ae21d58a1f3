// Does `simulate` say what a join really takes, and how long does it take for a table of 10^9 rows with 10^9 events a day? The first: a
// join through a real sshd over a slow link, beside its simulation, in which the table's figures are those of an earlier join over a fast one. The second:
// a week's log of every thousandth key, from the start of the command to its exit.
//
//   node bench/simulate.ts [--rows 300000] [--planned 60000] [--rate 10mbit] [--rtt 40ms] [--repetitions 3] [--events 7000000]
//
// Needs slow-link.mjs as slow-link.ts does.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measuredCosts } from '../src/core/simulate/join-costs.ts';
import { joinTimes } from '../src/core/simulate/join-times.ts';
import { writeZipfLog } from './support/access-log-file.ts';
import { type AddReplicaRun, CopyPlace } from './support/copy-place.ts';
import { startJoinerHost } from './support/joiner-host.ts';
import { slowLinkTool, slowRoute } from './support/slow-route.ts';
import { roundedSpread, type Spread, spreadOf } from './support/statistics.ts';
import { timed } from './support/timed.ts';

/** Seconds of a real join, and of its simulation. */
interface Moment {
  real: Spread;
  simulated: number;
  ratio: number;
}

export interface SimulateFigures {
  rate: string;
  rtt: string;
  rows: number;
  plannedKeys: number;
  repetitions: number;
  hotReady: Moment;
  inSync: Moment;
  sampled: { events: number; keys: number; seconds: number; maxRssBytes: number; hitRateError: number };
}

const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const sampleShare = 0.001;
const mbit = 1_000_000 / 8;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '300000' },
    planned: { type: 'string', default: '60000' },
    rate: { type: 'string', default: '10mbit' },
    rtt: { type: 'string', default: '40ms' },
    repetitions: { type: 'string', default: '3' },
    events: { type: 'string', default: '7000000' },
    'host-node': { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const plannedKeys = Number(values.planned);
const repetitions = Number(values.repetitions);
slowLinkTool();
console.log(
  JSON.stringify({
    question: 'what simulate says beside real joins, and what it takes',
    rate: values.rate,
    rtt: values.rtt,
    rows,
    plannedKeys,
    repetitions,
    ...(await besideRealJoins()),
    sampled: await ofSample(Number(values.events)),
  }),
);

async function besideRealJoins(): Promise<{ hotReady: Moment; inSync: Moment }> {
  const sshd = await startJoinerHost({ hasNode: values['host-node'] });
  const place = new CopyPlace({ rows, plannedKeys, kind: 'integer' });
  try {
    const { run: earlier } = await place.addReplica(sshd, { planned: true });
    const route = await slowRoute(sshd, values);
    try {
      const runs: AddReplicaRun['run'][] = [];
      for (let i = 0; i < repetitions; i++) {
        await place.settle();
        runs.push((await place.addReplica(route, { planned: true })).run);
      }
      const { hotReadyMs, inSyncMs = Number.NaN } = simulated(earlier);
      const moment = (atMs: (run: AddReplicaRun['run']) => number | undefined, saysMs: number): Moment => {
        const real = spreadOf(runs.map((run) => ((atMs(run) ?? Number.NaN) - run.startedAtMs) / 1000));
        const ratio = Math.round((100_000 * real.median) / saysMs) / 100;
        return { real: roundedSpread(real), simulated: Math.round(saysMs) / 1000, ratio };
      };
      return {
        hotReady: moment((run) => run.hotReadyAtMs, hotReadyMs),
        inSync: moment((run) => run.inSyncAtMs, inSyncMs),
      };
    } finally {
      await route.stop();
    }
  } finally {
    place.remove();
    await sshd.stop();
  }
}

function simulated({ byKind: { hot, snapshot } }: AddReplicaRun['run']) {
  const rowBytes = snapshot.rawBytes / snapshot.rows;
  const compression = snapshot.rawBytes / snapshot.wireBytes;
  const model = {
    rows,
    rowBytes,
    compression,
    plannedToScanned: hot.wireBytes / hot.rows / (snapshot.wireBytes / snapshot.rows),
    linkBytesPerSecond: Number.parseFloat(values.rate) * mbit,
    limitBytesPerSecond: Number.POSITIVE_INFINITY,
    rttMs: Number.parseFloat(values.rtt),
    donors: 1,
    costs: measuredCosts(rowBytes),
    changedWithin: () => 0,
  };
  return joinTimes(model, { rows: plannedKeys, bytes: plannedKeys * rowBytes });
}

async function ofSample(events: number): Promise<SimulateFigures['sampled']> {
  const folder = mkdtempSync(path.join(tmpdir(), 'foresync-bench-simulate-'));
  try {
    const log = path.join(folder, 'access.csv');
    await writeZipfLog(log, events, 1);
    const table = ['--sample-share', String(sampleShare), '--rows', '1G', '--row-bytes', '300'];
    const link = ['--link', '125MB/s', '--rtt', '20ms', '--horizon', '24h'];
    const { ms, stdout, processes } = await timed(
      program,
      ['simulate', '--log', log, ...table, ...link, '--json'],
      {
        cwd: folder,
      },
    );
    const { sample, joins } = JSON.parse(stdout) as {
      sample: { keys: number };
      joins: { hitRateError: number }[];
    };
    return {
      events,
      keys: sample.keys,
      seconds: Math.round(ms / 10) / 100,
      maxRssBytes: Math.max(...Object.values(processes.byRole).map(({ peakBytes }) => peakBytes)),
      hitRateError: Math.max(...joins.map(({ hitRateError }) => hitRateError)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
