import { Flags } from '@oclif/core';
import { parseKeyCount } from '../core/amounts.ts';
import { usageError } from './base-command.ts';

/** A flag that takes a number of keys or rows: 20M, 500k or 20000000. */
export const keyNumberFlag = Flags.custom<number>({
  helpValue: 'N',
  parse: async (input) => {
    const keys = parseKeyCount(input);
    if (keys === undefined)
      throw usageError(`'${input}' is no number of keys.`, 'Write 20M, 1.5k or 20000000.');
    return keys;
  },
});

/** A flag that takes rows a second: 350k/s, or 350k. */
export const rowRateFlag = Flags.custom<number>({
  helpValue: 'ROWS/s',
  parse: async (input) => {
    const rows = parseKeyCount(input.trim().replace(/\/s$/i, ''));
    if (rows === undefined)
      throw usageError(`'${input}' is no number of rows a second.`, 'Write 350k/s or 2000/s.');
    return rows;
  },
});
