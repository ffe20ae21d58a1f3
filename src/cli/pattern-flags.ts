import { Flags } from '@oclif/core';
import { compilePattern } from '../core/access-log/named-groups.ts';

/** A flag that takes a regular expression with these named groups; refused at once, whether or not a line is read. */
function patternFlag(groups: readonly string[], description: string) {
  return Flags.custom<string>({
    description,
    helpValue: 'REGEXP',
    parse: async (source) => {
      compilePattern('the pattern', source, groups);
      return source;
    },
  })();
}

/** How the commands that read access logs are told what a line or a key looks like. */
export const patternFlags = {
  'key-pattern': patternFlag(
    ['key'],
    "A regular expression whose group `key` is the table's key in a logged key, path or statement; what it does not match is ignored and counted.",
  ),
  pattern: patternFlag(
    ['time', 'key'],
    'For text of any other format: a regular expression whose groups time, key, op and size are the fields of a line.',
  ),
};
