import { ForesyncError } from '../errors.ts';
import { type Role, roles } from './columns.ts';
import type { PatternLayout } from './layout.ts';
import { compilePattern, groupsOf } from './named-groups.ts';

/** The layout of text that `--pattern` reads. Throws a usage error where it is missing, or no pattern with time and key. */
export function patternLayout(pattern: string | undefined): PatternLayout {
  if (pattern === undefined)
    throw new ForesyncError('usage', 'pattern-missing', '--format pattern needs --pattern.');
  compilePattern('--pattern', pattern, ['time', 'key']);
  const groups = groupsOf(pattern);
  const names: Partial<Record<Role, string>> = {};
  for (const role of roles) if (groups.includes(role)) names[role] = role;
  return { format: 'pattern', names, pattern };
}
