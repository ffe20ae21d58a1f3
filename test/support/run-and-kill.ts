import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { runJs } from './cli.ts';

/**
 * After so many lines on standard error the whole program is killed: its progress, not the clock, sets the moment. Resolves with its exit
 * code, or null where it was killed.
 */
export async function runAndKill(
  args: readonly string[],
  cwd: string,
  afterLines: number,
): Promise<number | null> {
  const child = spawn(runJs, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let lines = 0;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lines += text.split('\n').length - 1;
    if (lines >= afterLines) child.kill('SIGKILL');
  });
  const [code] = await ended;
  return code as number | null;
}
