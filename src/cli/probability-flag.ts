import { Flags } from '@oclif/core';
import { parseProbability } from '../core/amounts.ts';
import { printable } from '../core/text.ts';
import { usageError } from './base-command.ts';

/** A flag that takes a probability. */
export const probabilityFlag = Flags.custom<number>({
  helpValue: 'P',
  parse: async (input) => {
    const value = parseProbability(input);
    if (value === undefined)
      throw usageError(`'${printable(input, 40)}' is no probability.`, 'Write a number from 0 to 1.');
    return value;
  },
});

/** The threshold of a plan: a probability, or `auto`. */
export const thresholdFlag = Flags.custom<number | 'auto'>({
  helpValue: 'P',
  parse: async (input) => {
    if (input === 'auto') return input;
    const value = parseProbability(input);
    if (value === undefined)
      throw usageError(
        `'${printable(input, 40)}' is no probability.`,
        "Write a number from 0 to 1, or 'auto'.",
      );
    return value;
  },
});
