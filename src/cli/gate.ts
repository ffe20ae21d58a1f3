import { Flags } from '@oclif/core';
import { ForesyncError } from '../core/errors.ts';
import { formatPercent } from '../ui/format.ts';
import { usageError } from './base-command.ts';
import { wantsJsonLines } from './progress-flag.ts';
import { reportError } from './report-error.ts';

/** What a `--fail-under` came to. */
export interface Gate {
  failUnder: number;
  /** The hit rate that was judged; undefined where there was none, which passes no gate. */
  hitRate: number | undefined;
  passed: boolean;
}

function parseShare(text: string): number {
  const value = /^\d*\.?\d+$|^\d+\.$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw usageError(`'${text}' is no share.`, 'Write a number from 0 to 1.');
}

/** `--fail-under`; its description says what it judges. */
export const failUnderFlag = Flags.custom<number>({
  helpValue: 'P',
  parse: async (text) => parseShare(text),
});

/**
 * Judges a hit rate. Where it does not pass, the exit code and a message on standard error say so, and results are printed all the
 * same. `unknown` says why there is none.
 */
export function judge(
  failUnder: number,
  hitRate: number | undefined,
  words: { what: string; unknown: string; hint: string },
): Gate {
  const passed = hitRate !== undefined && hitRate >= failUnder;
  if (hitRate === undefined)
    tellFailure(new ForesyncError('data', 'nothing-to-judge', words.unknown, { hint: words.hint }));
  else if (!passed)
    tellFailure(
      new ForesyncError(
        'gate',
        'under-gate',
        `${words.what} is ${formatPercent(hitRate, 2)}, under the ${formatPercent(failUnder, 2)} of --fail-under.`,
      ),
    );
  return { failUnder, hitRate, passed };
}

/** An error beside a result that is printed. */
export function tellFailure(error: ForesyncError): void {
  reportError(error, { json: false, jsonLines: wantsJsonLines(process.argv), log: () => undefined });
}
