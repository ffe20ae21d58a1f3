// How long do readers of a joiner wait while it is built, those whose row is there and those for whom it is fetched? add-replica --serve over a link of
// 100 Mbit/s; readers in a process of their own ask 2,000 times a second from the joiner's first answer on until it is in sync, most of them for planned keys.
//
//   node bench/serve.ts [--rows 1000000] [--per-second 2000] [--planned-share 0.97] [--rate 100mbit] [--rtt 20ms] [--host-node]
//
// Needs slow-link.mjs, as slow-link.ts does. Not asked: readers on another host; here they share the two cores with donor, joiner and operator.

import { parseArgs } from 'node:util';
import { freePort } from '../test/support/free-port.ts';
import { CopyPlace } from './support/copy-place.ts';
import { startJoinerHost } from './support/joiner-host.ts';
import { ReaderLoad, type ReadTimes, timesOf } from './support/reader-load.ts';
import { slowLinkTool, slowRoute } from './support/slow-route.ts';
import { rounded } from './support/statistics.ts';

export interface ServeFigures {
  question: string;
  rows: number;
  rate: string;
  rtt: string;
  perSecond: number;
  runSeconds: number;
  /** From the joiner's first answer to the end. */
  all: { hits: ReadTimes; misses: ReadTimes };
  /** From when every planned row was there. */
  sinceHotReady: { hits: ReadTimes; misses: ReadTimes };
  others: number;
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    'per-second': { type: 'string', default: '2000' },
    'planned-share': { type: 'string', default: '0.97' },
    rate: { type: 'string', default: '100mbit' },
    rtt: { type: 'string', default: '20ms' },
    'host-node': { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const perSecond = Number(values['per-second']);
const { rate, rtt } = values;
slowLinkTool();
const sshd = await startJoinerHost({ hasNode: values['host-node'] });
const place = new CopyPlace({ rows, plannedKeys: Math.ceil(rows / 100), kind: 'integer' });
let readers: ReaderLoad | undefined;
try {
  const route = await slowRoute(sshd, { rate, rtt });
  try {
    // The first run leaves foresync's programs at the host.
    await place.addReplica(sshd, { planned: false });
    await place.settle();
    const port = await freePort();
    const { planFile } = place;
    readers = new ReaderLoad({
      port,
      planFile,
      rows,
      perSecond,
      plannedShare: Number(values['planned-share']),
    });
    const { ms, run } = await place.addReplica(route, { planned: true, more: ['--serve', String(port)] });
    const { answers, others } = await readers.readings;
    const since = (fromMs: number) => ({
      hits: timesOf(answers, 'hits', fromMs),
      misses: timesOf(answers, 'misses', fromMs),
    });
    const figures: ServeFigures = {
      question: 'readers of a joiner while it is built',
      ...{ rows, rate, rtt, perSecond, runSeconds: rounded(ms / 1000) },
      all: since(0),
      sinceHotReady: since(run.hotReadyAtMs ?? Number.POSITIVE_INFINITY),
      others,
    };
    console.log(JSON.stringify(figures));
  } finally {
    await route.stop();
  }
} finally {
  readers?.stop();
  place.remove();
  await sshd.stop();
}
