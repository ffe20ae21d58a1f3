import { Flags } from '@oclif/core';
import { parseKeyCount } from '../core/amounts.ts';
import { usageError } from './base-command.ts';

/** How many changed keys the lead's Delta Log may hold. Without it, what is usual or what the capture has. */
export const deltaBudgetFlag = Flags.custom<number>({
  description:
    'How many changed keys the Delta Log at the lead may hold, at 50 to 100 bytes each; near it changes go before the rest of the copy, past it the log switches itself off. At PostgreSQL the log is at the joiner, a key stands for 100 bytes, and past it the run stops, to be gone on with. Default: 20M, or what a prefetch was given; at PostgreSQL 8 GiB.',
  helpValue: 'KEYS',
  parse: async (input) => {
    const keys = parseKeyCount(input);
    if (keys === undefined)
      throw usageError(`'${input}' is no number of keys.`, 'Write 20M, 500k or 20000000.');
    return keys;
  },
})();
