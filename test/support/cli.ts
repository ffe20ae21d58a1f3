import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));
export const runJs = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

export interface CliOptions {
  cwd?: string;
  /** Added to the environment of the test, from which all that changes colours is taken away; undefined removes. */
  env?: Record<string, string | undefined>;
  /** Standard input, which is closed after it. */
  input?: string | Uint8Array;
  /** After that long the program is killed, and `signal` says so. */
  timeoutMs?: number;
}

export interface CliResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs `bin/run.js` as a user would, and resolves when it has ended, whatever its exit code. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return runProgram(runJs, args, options);
}

/** The same for any program. Rejects when it cannot be started. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const { cwd, env, input = '', timeoutMs = 60_000 } = options;
  const colours = { NO_COLOR: undefined, FORCE_COLOR: undefined };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...colours, ...env },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    // A program that ends without reading its input breaks this pipe, as it may.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error);
    });
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, ...output }));
  });
}
