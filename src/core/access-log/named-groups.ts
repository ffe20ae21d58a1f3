import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';

/** How many bytes of a text an operator's pattern is shown, so that no line makes it slow without end. */
export const maxPatternedBytes = 8 * 1024;

const maxPatternLength = 1000;

/**
 * Compiles a pattern that the operator gave with `flag`. Throws a usage error where it is none, or where one of the named groups
 * that it needs is not in it.
 */
export function compilePattern(flag: string, source: string, needed: readonly string[]): RegExp {
  if (source.length > maxPatternLength) throw invalid(flag, source, 'it is longer than 1,000 characters');
  let pattern: RegExp;
  try {
    pattern = new RegExp(source);
  } catch (error) {
    throw invalid(flag, source, error instanceof Error ? error.message : 'it is no regular expression');
  }
  const groups = groupsOf(source);
  for (const name of needed) {
    if (!groups.includes(name)) throw invalid(flag, source, `there is no group (?<${name}>…)`);
  }
  return pattern;
}

/** The names of a pattern's groups: an empty alternative makes it match, and a match has every group's name. */
export function groupsOf(source: string): string[] {
  return Object.keys(new RegExp(`${source}|`).exec('')?.groups ?? {});
}

function invalid(flag: string, source: string, reason: string): ForesyncError {
  return new ForesyncError(
    'usage',
    'pattern-invalid',
    `${flag} ${printable(source, 60)}: ${printable(reason)}.`,
    {
      hint: 'It is a regular expression of JavaScript with named groups, such as /product/(?<key>\\d+).',
    },
  );
}
