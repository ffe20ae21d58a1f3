import type { LogFormat } from './layout.ts';

/** Lines of a format that are not told by it: a cut line, or a server's own words. */
const enough = 0.5;

const maxShown = 2000;

/** Each is anchored and has no repetition inside another, so that no line takes longer than its length. */
const signs: readonly [LogFormat, RegExp][] = [
  ['monitor', /^\+?\d{1,12}\.\d{6} \[\d{1,5} [^"]{0,200}\] "/],
  ['combined', /^[^ [\]",]{1,300} [^"]{1,200} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/],
  [
    'mysql-general',
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?:Z|[+-]\d\d:\d\d)\t *\d+ [A-Z][A-Za-z ]{2,20}(?:\t|$)/,
  ],
  [
    'postgres-csvlog',
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Z0-9+-]{1,6},(?:"[^"]{0,64}")?,(?:"[^"]{0,64}")?,\d+,/,
  ],
  [
    'postgres-jsonlog',
    /^\{"timestamp":"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Z0-9+-]{1,6}",.{0,400}"pid":\d+,/,
  ],
  [
    'twemcache',
    /^\d+,[^,\s]{1,300},\d+,\d+,\d+,(?:gets?|set|add|replace|cas|append|prepend|delete|incr|decr),\d+$/,
  ],
];

/**
 * The format of a log's first lines. A format that has lines of its own shape is taken where most lines have it; libCacheSim's
 * sample is known by its header; the rest are told by their first line.
 */
export function guessFormat(lines: readonly string[]): LogFormat | undefined {
  const shown = lines.map((line) => line.slice(0, maxShown));
  for (const [format, sign] of signs) {
    const matching = shown.filter((line) => sign.test(line)).length;
    // The statements of MySQL and PostgreSQL go on over lines that look like nothing.
    const isEnough = spansLines.has(format)
      ? matching > 0 && startsSo(shown, format, sign)
      : matching > shown.length * enough;
    if (isEnough) return format;
  }
  const first = shown[0] ?? '';
  if (/^version,time,op,size,lbn\s*$/.test(first)) return 'libcachesim';
  if (first.trimStart().startsWith('{')) return 'jsonl';
  if (first.includes('\t')) return 'tsv';
  return first.includes(',') ? 'csv' : undefined;
}

const spansLines = new Set<LogFormat>(['mysql-general', 'postgres-csvlog']);

/** A CSV record is known by the first line; MySQL writes some lines of its own when it starts. */
function startsSo(lines: readonly string[], format: LogFormat, sign: RegExp): boolean {
  const first = lines[0] ?? '';
  return sign.test(first) || (format === 'mysql-general' && /, Version: .{1,200} started with:$/.test(first));
}
