import { createInterface } from 'node:readline/promises';
import { ForesyncError } from '../core/errors.ts';
import { mayAsk } from '../core/transport/may-ask.ts';
import { shownText } from '../ui/ascii.ts';
import { columnsOf } from '../ui/columns-of.ts';
import { themeFor } from '../ui/theme.ts';
import { wrapWords } from '../ui/wrap-words.ts';
import { usageError } from './base-command.ts';

/** Whether somebody is there to be asked. */
export function canAsk(): boolean {
  return mayAsk(process.env) && process.stderr.isTTY === true;
}

/**
 * Asks on standard error whether to go on; anything but yes throws `not-confirmed`. Where nobody can be asked, without a terminal or
 * with `--no-input`, that is wrong usage.
 */
export async function confirm(question: string, signal: AbortSignal): Promise<void> {
  if (!canAsk()) throw usageError('Nobody can be asked here.', 'Give --yes, or look first with --dry-run.');
  if (!/^\s*y(es)?\s*$/i.test(await ask(`${question} [y/N] `, signal))) throw notConfirmed();
}

/** Lists the options on standard error and asks for one of them; anything but its number throws `not-confirmed`. */
export async function choose<T>(
  options: readonly T[],
  { describe, signal }: { describe(option: T): string; signal: AbortSignal },
): Promise<T> {
  for (const [index, option] of options.entries())
    process.stderr.write(
      `${String(index + 1).padStart(3)}  ${shownText(describe(option), themeFor(process.argv, process.env))}\n`,
    );
  const chosen = options[Number(await ask(`Which one? [1-${options.length}] `, signal)) - 1];
  if (chosen === undefined) throw notConfirmed();
  return chosen;
}

/** Asks on standard error; ctrl-C, ctrl-D and the signal throw `not-confirmed`. */
export async function ask(question: string, signal: AbortSignal): Promise<string> {
  const { stdin, stderr } = process;
  const asking = createInterface({ input: stdin, output: stderr });
  try {
    // Readline takes ctrl-C for itself; here it means what it means elsewhere.
    asking.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    return await asking.question(
      wrapWords([question], columnsOf(stderr) ?? Number.POSITIVE_INFINITY).join('\n'),
      { signal },
    );
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    // ctrl-C or ctrl-D: whoever leaves the question says no, in the middle of its line.
    stderr.write('\n');
    throw notConfirmed();
  } finally {
    asking.close();
  }
}

function notConfirmed(): ForesyncError {
  return new ForesyncError('interrupted', 'not-confirmed', 'Nothing was changed.');
}
