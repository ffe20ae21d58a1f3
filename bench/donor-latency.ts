// What do the writes of an application at the donor wait for while a replica is added, and how far does the donor's WAL grow? A
// process of its own changes one row a transaction, 200 times a second, in WAL mode: alone, beside add-replica, and beside
// add-replica --max-donor-latency, in turns in the same run. The joiner is behind a real sshd on loopback.
//
//   node bench/donor-latency.ts [--rows 1000000] [--repetitions 3] [--seconds 10] [--rate 200] [--latency 1ms] [--host-node]
//
// Not asked: what the run takes longer by it, and hosts of their own: donor, joiner, operator and application share the
// machine's cores here, so what is measured is the wait for a core as well as that for the database. The joiner's file lies in
// shared memory: on the donor's disk it would keep the donor's writes waiting as no host of its own does.

import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CopyPlace, type Route } from './support/copy-place.ts';
import { startJoinerHost } from './support/joiner-host.ts';
import { Grouped, roundedSpread, type Spread, spreadOf } from './support/statistics.ts';
import { SteadyWriter, type WriterFigures } from './support/steady-writer.ts';
import { timed } from './support/timed.ts';

export interface DonorLatencyFigures {
  question: string;
  rows: number;
  fileBytes: number;
  transactionsPerSecond: number;
  repetitions: number;
  turns: Turn[];
}

/** One kind of turn, over all repetitions. `p99Ratio` compares with the application alone in the same repetition. */
export interface Turn {
  name: string;
  /** Of the copy; how long the application was watched where there was none. */
  seconds: Spread;
  transactions: number;
  p50Ms: Spread;
  p99Ms: Spread;
  p99Ratio: Spread;
  mostMs: number;
  walBytes: number;
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    repetitions: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '200' },
    latency: { type: 'string', default: '1ms' },
    'host-node': { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const transactionsPerSecond = Number(values.rate);
const repetitions = Number(values.repetitions);

const sshd = await startJoinerHost({ hasNode: values['host-node'] });
const place = new CopyPlace({ rows, plannedKeys: 0, kind: 'integer', diskOfItsOwn: true });
try {
  const figures: DonorLatencyFigures = {
    question: "an application's writes at the donor, beside add-replica",
    rows,
    fileBytes: statSync(place.source).size,
    transactionsPerSecond,
    repetitions,
    turns: await measure(sshd),
  };
  console.log(JSON.stringify(figures));
} finally {
  place.remove();
  await sshd.stop();
}

async function measure(route: Route): Promise<Turn[]> {
  const kinds: Record<string, () => Promise<{ ms: number }>> = {
    alone: () => timed('sleep', [values.seconds]),
    'beside add-replica': () => place.addReplica(route, { planned: false }),
    [`beside add-replica --max-donor-latency ${values.latency}`]: () =>
      place.addReplica(route, { planned: false, more: ['--max-donor-latency', values.latency] }),
  };
  // The first run leaves foresync's programs at the host.
  await place.addReplica(route, { planned: false });
  const seen = new Map<string, { figures: WriterFigures[]; seconds: number[] }>();
  for (let i = 0; i < repetitions; i++) {
    for (const [name, work] of Object.entries(kinds)) {
      await place.settle();
      const writer = await SteadyWriter.start(place.source, rows, transactionsPerSecond);
      const { ms } = await work();
      const { figures, seconds } = seen.get(name) ?? { figures: [], seconds: [] };
      seen.set(name, { figures: [...figures, await writer.end()], seconds: [...seconds, ms / 1000] });
    }
  }
  const alone = seen.get('alone')?.figures ?? [];
  return [...seen].map(([name, { figures, seconds }]) => turnOf(name, figures, seconds, alone));
}

function turnOf(
  name: string,
  figures: readonly WriterFigures[],
  seconds: readonly number[],
  alone: readonly WriterFigures[],
): Turn {
  const grouped = new Grouped();
  for (const [i, { p50Ms, p99Ms }] of figures.entries()) {
    grouped.add('p50Ms', p50Ms);
    grouped.add('p99Ms', p99Ms);
    grouped.add('p99Ratio', p99Ms / (alone[i]?.p99Ms ?? Number.NaN));
  }
  const spread = (of: string) => roundedSpread(spreadOf(grouped.of(of)));
  return {
    name,
    seconds: roundedSpread(spreadOf(seconds)),
    transactions: figures.reduce((sum, { transactions }) => sum + transactions, 0),
    p50Ms: spread('p50Ms'),
    p99Ms: spread('p99Ms'),
    p99Ratio: spread('p99Ratio'),
    mostMs: Math.max(...figures.map(({ mostMs }) => mostMs)),
    walBytes: Math.max(...figures.map(({ walBytes }) => walBytes)),
  };
}
