import { Flags } from '@oclif/core';
import { usageError } from './base-command.ts';

const exponents = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 } as const;

/**
 * `64MiB`, `10MB`, `1G`, `4096` in bytes: with `i`, or with the letter alone, powers of 1024; with `B` alone after it,
 * powers of 1000. Undefined for what is no size, is below one byte or past 2^53.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,16}(?:\.\d{1,12})?)\s*([kmgtp]?)(i?)(b?)$/i.exec(text.trim());
  if (!match) return undefined;
  const [, amount = '', unit = '', binary = '', byte = ''] = match;
  if (unit === '' && binary !== '') return undefined;
  const base = byte !== '' && binary === '' ? 1000 : 1024;
  const bytes = Math.round(Number(amount) * base ** exponents[unit.toLowerCase() as keyof typeof exponents]);
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A flag that takes a size and gives bytes. */
export const sizeFlag = Flags.custom<number>({
  helpValue: 'SIZE',
  parse: async (input) => {
    const bytes = parseSize(input);
    if (bytes === undefined) throw usageError(`'${input}' is no size.`, 'Write 64MiB, 10MB, 1G or bytes.');
    return bytes;
  },
});
