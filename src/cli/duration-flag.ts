import { Flags } from '@oclif/core';
import { usageError } from './base-command.ts';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
/** A hundred years: what is longer is a slip of the pen. */
const longestMs = 100 * 366 * unitMs.d;

/** `15m`, `24h`, `0.25h`, `7d` in milliseconds; undefined for what is no duration, is not above zero or is past a century. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,12})?)(ms|s|m|h|d|w)$/.exec(text.trim());
  if (!match) return undefined;
  const ms = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  return ms >= 1 && ms <= longestMs ? Math.round(ms) : undefined;
}

/** A flag that takes a duration and gives milliseconds. `examples` are of such as make sense for it. */
export const durationFlag = Flags.custom<number, { examples?: string }>({
  helpValue: 'DURATION',
  parse: async (input, _, { examples = '15m, 24h, 7d or 0.25h' }) => {
    const ms = parseDuration(input);
    if (ms === undefined) throw usageError(`'${input}' is no duration.`, `Write ${examples}.`);
    return ms;
  },
});

const leastStallMs = 1000;

/** Of the runs over ssh. */
export const stallTimeoutFlag = Flags.custom<number>({
  description: 'A replica that owes an answer and has not moved a byte for so long is given up.',
  helpValue: 'DURATION',
  default: 60_000,
  defaultHelp: async () => '1m',
  parse: async (input) => {
    const ms = parseDuration(input);
    if (ms === undefined || ms < leastStallMs)
      throw usageError(`'${input}' is no time to wait for.`, 'Write 1s or more, such as 30s or 2m.');
    return ms;
  },
})();

/** ISO 8601 or milliseconds since the epoch, as milliseconds; undefined for what is neither. A time without a zone is UTC. */
export function parseTime(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^-?\d{5,16}$/.test(trimmed)) return inRange(Number(trimmed));
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(
    trimmed,
  );
  if (!match) return undefined;
  const [, date, time = '00:00', zone = 'Z'] = match;
  return inRange(Date.parse(`${date}T${time}${zone}`));
}

function inRange(ms: number): number | undefined {
  return Math.abs(ms) <= 8.64e15 ? ms : undefined;
}

/** A flag that takes a moment and gives milliseconds since the epoch. */
export const timeFlag = Flags.custom<number>({
  helpValue: 'TIME',
  parse: async (input) => {
    const ms = parseTime(input);
    if (ms === undefined) {
      throw usageError(
        `'${input}' is no time.`,
        'Write 2011-11-01T00:00:00Z or milliseconds since the epoch.',
      );
    }
    return ms;
  },
});
