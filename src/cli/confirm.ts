import { createInterface } from 'node:readline/promises';
import { ForesyncError } from '../core/errors.ts';
import { usageError } from './base-command.ts';

/**
 * Asks on standard error whether to go on; anything but yes throws `not-confirmed`. Without a terminal nobody can answer: that
 * is wrong usage.
 */
export async function confirm(question: string, signal: AbortSignal): Promise<void> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY)
    throw usageError('There is no terminal to ask at.', 'Give --yes, or look first with --dry-run.');
  const asking = createInterface({ input: stdin, output: stderr });
  try {
    // Readline takes ctrl-C for itself; here it means what it means elsewhere.
    asking.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    const answer = await asking.question(`${question} [y/N] `, { signal });
    if (!/^\s*y(es)?\s*$/i.test(answer))
      throw new ForesyncError('interrupted', 'not-confirmed', 'Nothing was changed.');
  } finally {
    asking.close();
  }
}
