import { Flags } from '@oclif/core';
import { usageError } from './base-command.ts';
import { parseSize } from './size-flag.ts';

/** `20MiB/s`, `20MiB` or `500k` in bytes a second. */
export function parseRate(text: string): number {
  const bytes = parseSize(text.trim().replace(/\/s$/i, ''));
  if (bytes === undefined)
    throw usageError(`'${text}' is no rate.`, 'Write 20MiB/s, 500K/s or bytes a second.');
  return bytes;
}

/** A flag that takes a rate and gives bytes a second. */
export const rateFlag = Flags.custom<number>({
  helpValue: 'RATE',
  parse: async (input) => parseRate(input),
});
