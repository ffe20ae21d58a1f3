import { Flags } from '@oclif/core';
import { usageError } from './base-command.ts';

const factors = { '': 1, k: 1e3, m: 1e6, g: 1e9 } as const;

/** `20M`, `500k`, `1.5M` or `20000000` in keys. Undefined for what is no number of keys, or past 2^53. */
export function parseKeyCount(text: string): number | undefined {
  const match = /^(\d{1,16}(?:\.\d{1,9})?)\s*([kmg]?)$/i.exec(text.trim());
  if (!match) return undefined;
  const [, amount = '', unit = ''] = match;
  const keys = Math.round(Number(amount) * factors[unit.toLowerCase() as keyof typeof factors]);
  return keys >= 1 && Number.isSafeInteger(keys) ? keys : undefined;
}

/** How many changed keys the lead's Delta Log may hold. Without it, what is usual or what the capture has. */
export const deltaBudgetFlag = Flags.custom<number>({
  description:
    'How many changed keys the Delta Log at the lead may hold, at 50 to 100 bytes each; near it changes go before the rest of the copy, past it the log switches itself off. Default: 20M, or what a prefetch was given.',
  helpValue: 'KEYS',
  parse: async (input) => {
    const keys = parseKeyCount(input);
    if (keys === undefined)
      throw usageError(`'${input}' is no number of keys.`, 'Write 20M, 500k or 20000000.');
    return keys;
  },
})();
