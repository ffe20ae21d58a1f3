import type { LogFormat } from './layout.ts';

const maxShown = 2000;

/** A line of a format that has a shape of its own. The repetitions are bounded, so that no line takes long. */
interface Sign {
  format: LogFormat;
  line: RegExp;
  /** It is taken where at least half of the lines are so; else where the first is. */
  isMostLines?: boolean;
}

const signs: readonly Sign[] = [
  { format: 'monitor', line: /^\+?\d{1,12}\.\d{6} \[\d{1,5} [^"]{0,200}\] "/, isMostLines: true },
  {
    format: 'combined',
    line: /^[^ [\]",]{1,300} [^"]{1,200} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/,
    isMostLines: true,
  },
  {
    format: 'mysql-general',
    line: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?:Z|[+-]\d\d:\d\d)\t {0,20}\d{1,20} [A-Z][A-Za-z ]{2,20}(?:\t|$)/,
  },
  // The words that it begins with when the server starts.
  { format: 'mysql-general', line: /, Version: .{1,200} started with:$/ },
  {
    format: 'postgres-csvlog',
    line: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Z0-9+-]{1,6},(?:"[^"]{0,64}")?,(?:"[^"]{0,64}")?,\d{1,10},/,
  },
  {
    format: 'postgres-jsonlog',
    line: /^\{"timestamp":"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Z0-9+-]{1,6}",.{0,800}"error_severity":"/,
  },
  {
    format: 'twemcache',
    line: /^\d{1,15},[^,\s]{1,300},\d{1,10},\d{1,10},\d{1,20},(?:gets?|set|add|replace|cas|append|prepend|delete|incr|decr),\d{1,15}$/,
  },
  { format: 'libcachesim', line: /^version,time,op,size,lbn$/ },
];

/** The format of a log's first lines, by the shape of a line of its own, else by what separates the columns of the first. */
export function guessFormat(lines: readonly string[]): LogFormat | undefined {
  const shown = lines.map((line) => line.slice(0, maxShown));
  const first = shown[0] ?? '';
  const sign = signs.find(({ line, isMostLines }) => {
    if (!isMostLines) return line.test(first);
    const matching = shown.filter((text) => line.test(text)).length;
    return matching > 0 && matching >= shown.length / 2;
  });
  return sign?.format ?? guessSeparation(first);
}

/** As `guessFormat`, of a log whose columns or fields the operator has named. */
export function guessSeparation(first: string): 'csv' | 'tsv' | 'jsonl' | undefined {
  if (first.trimStart().startsWith('{')) return 'jsonl';
  if (first.includes('\t')) return 'tsv';
  return first.includes(',') ? 'csv' : undefined;
}
