// How much of a short run is starting up? What each command pays before it does anything (`foresync --version`), beside a
// Node that does nothing; and what reaching a host costs at least (`ssh host true`).
//
//   node bench/startup.ts [--repetitions 7]

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startSshd } from '../test/support/sshd.ts';
import { Grouped, rounded, spreadOf } from './support/statistics.ts';
import { timed } from './support/timed.ts';

const { values } = parseArgs({ options: { repetitions: { type: 'string', default: '7' } } });
const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const sshd = await startSshd();
const commands: Record<string, [string, string[]]> = {
  'node, doing nothing': [process.execPath, ['-e', '0']],
  'foresync --version': [program, ['--version']],
  'foresync add-replica --help': [program, ['add-replica', '--help']],
  'ssh HOST true': ['ssh', ['-F', sshd.configFile, '-T', '--', sshd.destination, 'true']],
};
try {
  const seconds = new Grouped();
  for (let i = 0; i < Number(values.repetitions); i++) {
    for (const [name, [file, args]] of Object.entries(commands))
      seconds.add(name, (await timed(file, args)).ms / 1000);
  }
  const medians = [...seconds.names()].map((name) => [name, rounded(spreadOf(seconds.of(name)).median)]);
  console.log(
    JSON.stringify({
      question: 'what each command pays before it does anything',
      repetitions: Number(values.repetitions),
      seconds: Object.fromEntries(medians),
    }),
  );
} finally {
  await sshd.stop();
}
