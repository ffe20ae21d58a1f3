import { ForesyncError } from '../core/errors.ts';
import { formatPercent } from '../ui/format.ts';
import { wantsJsonLines } from './progress-flag.ts';
import { reportError } from './report-error.ts';

/** What a `--fail-under` came to. */
export interface Gate {
  failUnder: number;
  /** The hit rate that was judged; undefined where there was none, which passes no gate. */
  hitRate: number | undefined;
  passed: boolean;
}

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
