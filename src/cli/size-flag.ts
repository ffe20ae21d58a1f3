import { Flags } from '@oclif/core';
import { parseSize } from '../core/amounts.ts';
import { usageError } from './base-command.ts';

/** A flag that takes a size and gives bytes. */
export const sizeFlag = Flags.custom<number>({
  helpValue: 'SIZE',
  parse: async (input) => {
    const bytes = parseSize(input);
    if (bytes === undefined) throw usageError(`'${input}' is no size.`, 'Write 64MiB, 10MB, 1G or bytes.');
    return bytes;
  },
});
