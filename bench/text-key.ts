// Does a TEXT PRIMARY KEY in random order cost more than an INTEGER one? The question of add-replica.ts, with the same rows
// under such a key. For information: no limit is promised for it.
//
//   node bench/text-key.ts [--rows 1000000] [--repetitions 2] [--host-node]

import { parseArgs } from 'node:util';
import { startJoinerHost } from './support/joiner-host.ts';
import { measureCopies } from './support/measure-copies.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    repetitions: { type: 'string', default: '2' },
    'host-node': { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const sshd = await startJoinerHost({ hasNode: values['host-node'] });
try {
  const figures = await measureCopies({
    plan: { rows, plannedKeys: Math.ceil(rows / 100), kind: 'text' },
    repetitions: Number(values.repetitions),
    direct: sshd,
    route: sshd,
    ways: ['cat', 'planned', 'plain'],
  });
  console.log(
    JSON.stringify({ question: 'add-replica with a TEXT PRIMARY KEY in random order', ...figures }),
  );
} finally {
  await sshd.stop();
}
