import { Flags } from '@oclif/core';
import type { TimeBudget } from '../core/forecast/panel/time-budget.ts';
import { usageError } from './base-command.ts';
import { parseDuration } from './duration-flag.ts';

const leastSeconds = 0.1;
const mostSeconds = 3600;

/** `5` is five seconds of work, counted; `5s` the same by the clock. Undefined for what is neither, or not within 0.1 to 3600 s. */
export function parseTimeBudget(text: string): TimeBudget | undefined {
  const trimmed = text.trim();
  const byClock = /[a-z]$/.test(trimmed);
  const ms = byClock
    ? parseDuration(trimmed)
    : /^\d{1,4}(?:\.\d{1,3})?$/.test(trimmed)
      ? Number(trimmed) * 1000
      : undefined;
  if (ms === undefined || ms < leastSeconds * 1000 || ms > mostSeconds * 1000) return undefined;
  return { seconds: ms / 1000, byClock };
}

/** A flag that takes what the fits may cost. */
export const timeBudgetFlag = Flags.custom<TimeBudget>({
  helpValue: 'SECONDS',
  parse: async (input) => {
    const budget = parseTimeBudget(input);
    if (!budget)
      throw usageError(
        `'${input}' is no budget of time.`,
        'Write 5 for five seconds of counted work, or 5s for five by the clock; 0.1 to 3600.',
      );
    return budget;
  },
});
