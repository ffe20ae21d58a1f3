import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runJs } from '../../support/cli.ts';
import type { Fault } from './case.ts';
import type { RunPlace } from './ground.ts';
import type { StandIns } from './stand-ins.ts';

/** How one start of the command ended. */
export interface AttemptEnd {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
  /** Whether the fault happened before it ended. */
  fired: boolean;
}

/** No attempt takes a quarter of this; one that does hangs. */
const hangMs = 120_000;

/**
 * Starts the command once, with a fault or none, and waits for its end. `onLine` is told of each line that it says, by its number;
 * what it returns is waited for before the attempt counts as over.
 */
export async function runAttempt(
  args: readonly string[],
  options: {
    place: RunPlace;
    standIns: StandIns;
    fault: Fault;
    number: number;
    onLine(line: number): Promise<boolean>;
  },
): Promise<AttemptEnd> {
  const { place, standIns, fault, number } = options;
  const marks = path.join(place.folder, 'marks');
  const markFile = path.join(marks, String(number));
  const child = spawn(runJs, args, {
    cwd: place.folder,
    env: {
      ...process.env,
      NO_COLOR: '1',
      NODE_OPTIONS: `--import ${pathToFileURL(standIns.hooks).href}`,
      XDG_CACHE_HOME: place.cache,
      NODE_COMPILE_CACHE: path.join(standIns.binFolder, 'compiled'),
      FORESYNC_SSH: standIns.ssh,
      FORESYNC_FAULT: JSON.stringify({ fault, markFile }),
      FORESYNC_FAULT_BIN: standIns.binFolder,
      FORESYNC_FAULT_AGENTS: path.join(place.folder, 'agents'),
      FORESYNC_FAULT_CASE: place.folder,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: hangMs,
    killSignal: 'SIGKILL',
  });
  let stderr = '';
  let lines = 0;
  const doing: Promise<boolean>[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const _ of text.matchAll(/\n/g)) doing.push(options.onLine(++lines));
  });
  const watcher = watch(marks);
  // What hangs is stopped by whoever waits for it.
  if (fault.kind === 'stream-stalled')
    watcher.on('change', () => existsSync(markFile) && child.kill('SIGINT'));
  const startedMs = Date.now();
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  watcher.close();
  const done = await Promise.all(doing);
  if (Date.now() - startedMs >= hangMs) throw new Error(`attempt ${number} hangs:\n${stderr}`);
  return { exitCode, signal, stderr, fired: existsSync(markFile) || done.includes(true) };
}
