import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { packageRoot } from '../core/own-files.ts';
import { printable, printableJson } from '../core/text.ts';
import { wordsOf } from '../ui/flags.ts';
import { wantsJsonLines } from './progress-flag.ts';
import { reportError } from './report-error.ts';
import { tell } from './tell.ts';

/**
 * Runs one command line. oclif's own `execute` would print stack traces and wrapped boxes, and would end the process
 * while output is on its way; here every failure is one line, and the process ends when nothing is left to do.
 */
export async function main(args: string[]): Promise<void> {
  const words = wordsOf(args);
  const json = words.includes('--json');
  // Whatever asks looks there, and so do commands that this one starts.
  if (words.includes('--no-input')) process.env.FORESYNC_NO_INPUT = '1';
  const report = (thrown: unknown) =>
    reportError(thrown, {
      json,
      jsonLines: wantsJsonLines(args),
      log: (value) => process.stdout.write(`${printableJson(value)}\n`),
    });

  process.on('uncaughtException', (error) => {
    report(error);
    process.exit();
  });
  // A reader that has seen enough, as in `foresync --help | head -1`, is no failure.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const { FORESYNC_THEME: ground = '' } = process.env;
  if (!['', 'light', 'dark'].includes(ground))
    tell(
      `FORESYNC_THEME is neither light nor dark, but ${printable(ground, 40)}: it is not looked at.`,
      'warning',
    );
  // The sources are never compiled on the fly, whatever NODE_ENV says.
  settings.enableAutoTranspile = false;
  try {
    await run(args, { root: packageRoot() });
  } catch (error) {
    report(error);
  }
}
