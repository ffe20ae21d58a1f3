import { Flags } from '@oclif/core';
import { wordsOf } from '../ui/flags.ts';

/**
 * How a command tells on standard error how far it is. `auto`: live on a terminal, else in lines; under `--json` warnings alone.
 * `json`: JSON Lines, and nothing else there.
 */
export const progressModes = ['auto', 'plain', 'json', 'none'] as const;
export type ProgressMode = (typeof progressModes)[number];

export const progressFlag = Flags.option({
  options: progressModes,
  default: 'auto' as const,
  description:
    'How to tell on standard error how far it is: live on a terminal and else in lines (auto), in lines (plain), in JSON Lines (json), or not at all (none), which leaves warnings.',
})();

/** The same of arguments that were not parsed: what is wrong with them is to be told in that form too. */
export function wantsJsonLines(argv: readonly string[]): boolean {
  const words = wordsOf(argv);
  return words.some(
    (word, i) => `${word}=${words[i + 1]}` === '--progress=json' || word === '--progress=json',
  );
}
