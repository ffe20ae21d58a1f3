import { ForesyncError } from '../errors.ts';
import { delimitedLayout } from './delimited-layout.ts';
import { guessFormat, guessSeparation } from './guess-format.ts';
import { jsonLayout } from './json-layout.ts';
import { KeyPattern } from './key-pattern.ts';
import {
  type LayoutChoice,
  type LogFormat,
  type LogLayout,
  type StatementLayout,
  unknownLayout,
} from './layout.ts';
import { patternLayout } from './pattern-layout.ts';
import { libCacheSimLayout, twemcacheLayout } from './trace-layouts.ts';

const sampledLines = 200;
const hasColumns = new Set<LogFormat>(['csv', 'tsv', 'jsonl', 'libcachesim']);

/**
 * Decides from a log's first lines what it is. Throws `data` errors that say what was not found, and usage errors where what the
 * operator said does not go together.
 */
export function detectLayout(head: string, choice: LayoutChoice): LogLayout {
  const { keyPattern, pattern } = choice;
  if (keyPattern !== undefined) new KeyPattern(keyPattern);
  const layout = layoutOf(
    head,
    pattern === undefined ? choice : { ...choice, format: choice.format ?? 'pattern' },
  );
  const { format } = layout;
  if (pattern !== undefined && format !== 'pattern')
    throw usage(`--pattern is for text of no known format, and --format says ${format}.`);
  if (choice.columns && !hasColumns.has(format))
    throw usage(
      `--columns is for CSV, TSV, JSON Lines and libCacheSim; ${format} says itself where everything is.`,
    );
  return keyPattern === undefined ? layout : { ...layout, keyPattern };
}

function layoutOf(head: string, { format, columns, keyPattern, pattern }: LayoutChoice): LogLayout {
  const lines = head
    .split(/\r?\n/, sampledLines)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const found = format ?? (columns ? guessSeparation(lines[0] ?? '') : guessFormat(lines));
  switch (found) {
    case undefined:
      throw unknownLayout(
        'has no format that is seen from its first lines',
        'Name its format with --format, or say where time and key are with --pattern.',
      );
    case 'jsonl':
      return jsonLayout(lines, columns);
    case 'csv':
    case 'tsv':
      return delimitedLayout(found, lines, columns);
    case 'twemcache':
      return twemcacheLayout;
    case 'libcachesim':
      return libCacheSimLayout(lines, columns);
    case 'monitor':
      return { format: found, names: { time: 'time', op: 'command', key: 'keys' } };
    case 'combined':
      return { format: found, names: { time: 'time', op: 'method', key: 'path', size: 'bytes sent' } };
    case 'pattern':
      return patternLayout(pattern);
    default:
      return statementLayout(found, keyPattern);
  }
}

function statementLayout(format: StatementLayout['format'], keyPattern: string | undefined): StatementLayout {
  if (keyPattern === undefined)
    throw usage(
      `A log of statements (${format}) needs --key-pattern, which finds the key in a statement or its parameters.`,
    );
  return { format, names: { time: 'time', op: 'statement', key: '--key-pattern' }, keyPattern };
}

function usage(message: string): ForesyncError {
  return new ForesyncError('usage', 'log-format-choice', message);
}
