// What does adding a replica cost beside the plainest copy, `cat src.db | ssh host 'cat > r.db && sync r.db'` of the same file in the same
// run, and how soon are the planned rows there? A table of 1,000,000 rows (250 MB) with an INTEGER PRIMARY KEY, the donor on
// this machine, the joiner behind a real sshd on loopback; 1 % of the rows are planned. Also: the memory of each process.
//
//   node bench/add-replica.ts [--rows 1000000] [--repetitions 3] [--host-node]
//
// Not asked: a donor that is written to, rows of other shapes, and the upload of foresync's programs, which a first, small
// run has left in the host's cache (Node too where the host's own is too old; --host-node gives it a new one).

import { parseArgs } from 'node:util';
import { startJoinerHost } from './support/joiner-host.ts';
import { measureCopies } from './support/measure-copies.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    repetitions: { type: 'string', default: '3' },
    'host-node': { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const sshd = await startJoinerHost({ hasNode: values['host-node'] });
try {
  const figures = await measureCopies({
    plan: { rows, plannedKeys: Math.ceil(rows / 100), kind: 'integer' },
    repetitions: Number(values.repetitions),
    direct: sshd,
    route: sshd,
    ways: ['cat', 'planned', 'plain'],
  });
  console.log(
    JSON.stringify({ question: 'add-replica beside cat | ssh cat, over ssh on loopback', ...figures }),
  );
} finally {
  await sshd.stop();
}
