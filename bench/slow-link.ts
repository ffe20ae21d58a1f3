// What does distance cost? The question of add-replica.ts over a link of 100 Mbit/s and 100 ms, with ssh's own compression
// (`ssh -C`) as a second thing to beat: there, what is not sent is what counts.
//
//   node bench/slow-link.ts [--rows 1000000] [--repetitions 2] [--host-node] [--rate 100mbit] [--rtt 100ms]
//
// Needs slow-link.mjs, which is no part of foresync: FORESYNC_SLOW_LINK, by default ../shared/tools/slow-link.mjs.

import { parseArgs } from 'node:util';
import { startJoinerHost } from './support/joiner-host.ts';
import { measureCopies } from './support/measure-copies.ts';
import { slowLinkTool, slowRoute } from './support/slow-route.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    repetitions: { type: 'string', default: '2' },
    'host-node': { type: 'boolean', default: false },
    rate: { type: 'string', default: '100mbit' },
    rtt: { type: 'string', default: '100ms' },
  },
});
const { rate, rtt } = values;
const rows = Number(values.rows);
slowLinkTool();
const sshd = await startJoinerHost({ hasNode: values['host-node'] });
try {
  const route = await slowRoute(sshd, { rate, rtt });
  try {
    const figures = await measureCopies({
      plan: { rows, plannedKeys: Math.ceil(rows / 100), kind: 'integer' },
      repetitions: Number(values.repetitions),
      direct: sshd,
      route,
      ways: ['cat', 'compressedCat', 'planned', 'plain'],
    });
    console.log(
      JSON.stringify({
        question: 'add-replica beside cat | ssh cat over a slow link',
        rate,
        rtt,
        ...figures,
      }),
    );
  } finally {
    await route.stop();
  }
} finally {
  await sshd.stop();
}
