// How much of a short run is starting up? What each command pays before it does anything (`foresync --version`), beside a
// Node that does nothing, and as multiples of that; and what reaching a host costs at least (`ssh host true`). All take
// turns, so that a busy moment of the machine falls on each of them.
//
//   node bench/startup.ts [--repetitions 21]

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startSshd } from '../test/support/sshd.ts';
import { Grouped, rounded, spreadOf } from './support/statistics.ts';

const { values } = parseArgs({ options: { repetitions: { type: 'string', default: '21' } } });
const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const doingNothing = 'node, doing nothing';
const sshd = await startSshd();
const commands: Record<string, [string, string[]]> = {
  [doingNothing]: [process.execPath, ['-e', '0']],
  'foresync --version': [program, ['--version']],
  'foresync --help': [program, ['--help']],
  'foresync add-replica --help': [program, ['add-replica', '--help']],
  'ssh HOST true': ['ssh', ['-F', sshd.configFile, '-T', '--', sshd.destination, 'true']],
};
try {
  const seconds = new Grouped();
  for (let i = 0; i < Number(values.repetitions); i++) {
    for (const [name, [file, args]] of Object.entries(commands)) seconds.add(name, secondsOf(file, args));
  }
  const medianOf = (name: string) => spreadOf(seconds.of(name)).median;
  const medians = [...seconds.names()].map((name) => [name, rounded(medianOf(name))]);
  const multiples = [...seconds.names()].map((name) => [
    name,
    Math.round((medianOf(name) / medianOf(doingNothing)) * 10) / 10,
  ]);
  console.log(
    JSON.stringify({
      question: 'what each command pays before it does anything',
      repetitions: Number(values.repetitions),
      seconds: Object.fromEntries(medians),
      timesAnEmptyNode: Object.fromEntries(multiples),
    }),
  );
} finally {
  await sshd.stop();
}

/** From the start to the exit. Nothing else is watched meanwhile: that would cost an empty Node as much as itself. */
function secondsOf(program: string, args: readonly string[]): number {
  const started = performance.now();
  const { status } = spawnSync(program, args, { stdio: 'ignore' });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
  return seconds;
}
