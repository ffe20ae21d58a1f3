// What is a joiner worth before it is whole? Reads of a real trace meet a joiner over a link of 100 Mbit/s and 100 ms, an hour of them in the time that
// the plain copy of the file takes: `add-replica --serve` with the plan that was made of what came before, without a plan, and with the order that
// hindsight would choose; and the copy, which answers nothing until it is whole.
//
//   node bench/time-to-hot.ts [--traces online_retail,nasa_day,bpi2012] [--rows 400000] [--photo-bytes 1000] [--rate 100mbit] [--rtt 100ms] [--plan '--min-confidence auto'] [--host-node]
//
// Needs slow-link.mjs, as slow-link.ts does, and traces of accesses, which are no part of foresync either: FORESYNC_TRACES, by default
// ../shared/traces, with NAME.tsv.gz of time, operation and key. A trace's keys become rows anywhere in a table of many more, which nobody reads.
// Not asked: writes; no row changes meanwhile.

import { statSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { CopyPlace } from './support/copy-place.ts';
import { startJoinerHost } from './support/joiner-host.ts';
import { slowLinkTool, slowRoute } from './support/slow-route.ts';
import { readTrace, traceFolder } from './time-to-hot/trace.ts';
import { type TraceFigures, traceTurn } from './time-to-hot/trace-turn.ts';

export interface TimeToHotFigures {
  question: string;
  rows: number;
  fileBytes: number;
  rate: string;
  rtt: string;
  copyMs: number;
  /** How many times faster the reads come than in the trace. */
  timeScale: number;
  /** What else the machine did when this began, as `uptime` tells it. */
  load: number;
  traces: TraceFigures[];
}

const { values } = parseArgs({
  options: {
    traces: { type: 'string', default: 'online_retail,nasa_day,bpi2012' },
    rows: { type: 'string', default: '400000' },
    'photo-bytes': { type: 'string', default: '1000' },
    rate: { type: 'string', default: '100mbit' },
    rtt: { type: 'string', default: '100ms' },
    plan: { type: 'string', default: '--min-confidence auto' },
    'host-node': { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const { rate, rtt } = values;
slowLinkTool();
const folder = traceFolder();
const [load = Number.NaN] = loadavg();
const sshd = await startJoinerHost({ hasNode: values['host-node'] });
const photoBytes = Number(values['photo-bytes']);
const place = new CopyPlace({ rows, plannedKeys: 1, kind: 'integer', photoBytes, diskOfItsOwn: true });
try {
  const route = await slowRoute(sshd, { rate, rtt });
  try {
    // The first run leaves foresync's programs at the host.
    await place.addReplica(sshd, { planned: false });
    await place.settle();
    const { ms: copyMs } = await place.sshCat(route);
    const link = { bytesPerSecond: (Number.parseFloat(rate) * 1_000_000) / 8, rtt };
    const traces: TraceFigures[] = [];
    for (const name of values.traces.split(',')) {
      const trace = readTrace(name, { folder, rows, seed: 7 });
      const planOptions = values.plan.split(' ').filter(Boolean);
      traces.push(await traceTurn({ place, route, trace, rows, copyMs, link, planOptions }));
    }
    const figures: TimeToHotFigures = {
      question: 'reads that miss their row until the joiner is in sync',
      ...{ rows, fileBytes: statSync(place.source).size, rate, rtt, copyMs },
      timeScale: 3_600_000 / copyMs,
      load,
      traces,
    };
    console.log(JSON.stringify(figures));
  } finally {
    await route.stop();
  }
} finally {
  place.remove();
  await sshd.stop();
}
