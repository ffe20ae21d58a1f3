import { Flags } from '@oclif/core';
import { parseSize } from '../core/amounts.ts';
import { usageError } from './base-command.ts';

/** `20MiB/s`, `20MiB` or `500k` in bytes a second. A bare number, which somebody means as megabytes, is refused. */
export function parseRate(text: string): number {
  const bytes = /^\s*[\d.]+\s*$/.test(text) ? undefined : parseSize(text.trim().replace(/\/s$/i, ''));
  if (bytes === undefined)
    throw usageError(`'${text}' is no rate.`, 'Write 20MiB/s or 500K/s; 100/s are bytes a second.');
  return bytes;
}

/** A flag that takes a rate and gives bytes a second. */
export const rateFlag = Flags.custom<number>({
  helpValue: 'RATE',
  parse: async (input) => parseRate(input),
});
