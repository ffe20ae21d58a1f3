import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Watched, watchProcesses } from './process-tree.ts';

export interface Timed {
  /** Since the epoch. */
  startedAtMs: number;
  endedAtMs: number;
  /** From the start of the process to its exit. */
  ms: number;
  stdout: string;
  processes: Watched;
}

/** Runs a program from its start to its exit, and watches it and all that it starts. Throws where it fails. */
export async function timed(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Timed> {
  const startedAtMs = Date.now();
  const started = performance.now();
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const watch = watchProcesses();
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    const ms = performance.now() - started;
    if (code !== 0)
      throw new Error(
        `${program} ${args.join(' ')} ended with ${code ?? signal}: ${output.stderr}${output.stdout}`,
      );
    return { startedAtMs, endedAtMs: startedAtMs + ms, ms, stdout: output.stdout, processes: watch.stop() };
  } finally {
    watch.stop();
  }
}
