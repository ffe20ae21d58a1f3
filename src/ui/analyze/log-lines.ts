import path from 'node:path';
import type { LogReport } from '../../core/history/log-report.ts';
import { printable } from '../../core/text.ts';
import { formatCount, formatCounted } from '../format.ts';
import { wrapWords } from '../wrap-words.ts';
import { orderWords, timeWarnings } from './log-times.ts';
import { clip, clipStart, type PageFrame } from './page-frame.ts';
import { tableLines } from './table-lines.ts';

const shownFiles = 8;

/** Longer than any path of a system. */
const maxPath = 32_768;

/** What became of the logs: a line a file, and under it what could not be read. */
export function logLines(files: readonly LogReport[], frame: PageFrame): string[] {
  const troubled = files.filter((file) => !isSound(file));
  const sound = files.filter(isSound);
  // Files with rejected lines or wrong times are always shown; of a long list of sound ones, the first.
  const shown = [...troubled, ...sound.slice(0, Math.max(0, shownFiles - troubled.length))];
  const rest = files.filter((file) => !shown.includes(file));
  return [
    ...shown.flatMap((file) => fileLines(file, frame)),
    ...(rest.length > 0
      ? [`  and ${formatCounted(rest.length, 'more file')}, ${formatCounted(total(rest), 'event')}`]
      : []),
    ...wrapWords([sumLine(files)], frame.width - 4).map((line) => `  ${frame.brush.paint('quiet', line)}`),
  ];
}

function fileLines(file: LogReport, frame: PageFrame): string[] {
  const { brush, width } = frame;
  const [role, symbol] = isSound(file)
    ? (['good', brush.symbols.done] as const)
    : (['warning', brush.symbols.warning] as const);
  const name =
    file.path === '-'
      ? 'standard input'
      : clipStart(printable(nearPath(file.path), maxPath), width - 36, frame);
  const state = stateWords(file);
  const layout = file.format
    ? clip(`${brush.separator}${layoutWords(file)}`, width - 2 - state.length, frame)
    : '';
  const hidden = file.rejected - file.rejects.length;
  return [
    `${brush.paint(role, symbol)} ${brush.paint('strong', name)}${brush.separator}replica ${clip(printable(file.replica), 20, frame)}`,
    `  ${state}${brush.paint('quiet', layout)}`,
    ...file.rejects.map(
      ({ line, reason }) =>
        `    ${brush.paint('warning', `line ${formatCount(line)}`)}: ${clip(printable(reason), width - 24, frame)}`,
    ),
    ...(file.table ? tableLines(file.table, frame) : []),
    ...(hidden > 0 && !file.table ? [`    and ${formatCount(hidden)} more that could not be read`] : []),
    ...timeLines(file, frame),
  ];
}

function isSound(file: LogReport): boolean {
  return file.rejected === 0 && (file.times === undefined || timeWarnings(file.times).length === 0);
}

function timeLines({ times }: LogReport, { brush, width, ...frame }: PageFrame): string[] {
  if (!times) return [];
  const clipped = (text: string) => clip(text, width - 4, { brush, width, ...frame });
  return [
    ...timeWarnings(times).map((warning) => `    ${brush.paint('warning', clipped(warning))}`),
    ...orderWords(times).map((words) => `    ${brush.paint('quiet', clipped(words))}`),
  ];
}

function stateWords(file: LogReport): string {
  if (file.state === 'empty') return 'empty, nothing to read';
  if (file.state === 'unchanged') return 'read before, nothing new';
  return file.state === 'grown'
    ? `${formatCount(file.events)} new events`
    : formatCounted(file.events, 'event');
}

/** `tsv, gzip: time 1, operation 2, key 3` by the columns' numbers, `csv: time = ts, key` by their names. */
function layoutWords(file: LogReport): string {
  const { time = '', op, key = '', size } = file.columns;
  const from = (role: string, column: string) => {
    if (/^column \d+$/.test(column)) return `${role} ${column.slice(7)}`;
    return column === role ? role : `${role} = ${printable(column, 24)}`;
  };
  const shown = [
    from('time', time),
    op === undefined ? 'all reads' : from('operation', op),
    from('key', key),
    ...(size === undefined ? [] : [from('size', size)]),
  ];
  return `${file.format}${file.compression === 'none' ? '' : `, ${file.compression}`}: ${shown.join(', ')}`;
}

/** Lines are events, or lines that gave several, and what was rejected or ignored; of the ignored, the headers and the unmatched. */
function sumLine(files: readonly LogReport[]): string {
  const sum = (pick: (file: LogReport) => number) => files.reduce((total, file) => total + pick(file), 0);
  const headers = sum((file) => file.headers);
  const ignored = sum((file) => file.ignored);
  const unmatched = sum((file) => file.unmatched);
  const [lines, eventLines, events] = [
    sum((file) => file.lines),
    sum((file) => file.eventLines),
    total(files),
  ];
  const some = [
    ...(headers === 0
      ? []
      : [
          ignored > headers
            ? formatCounted(headers, 'header line')
            : `header line${headers === 1 ? '' : 's'}`,
        ]),
    ...(unmatched === 0 ? [] : [`${formatCount(unmatched)} unmatched by the pattern`]),
  ];
  const given =
    events === eventLines
      ? formatCounted(events, 'event')
      : `${formatCount(eventLines)} with ${formatCounted(events, 'event')}`;
  return (
    `${formatCounted(lines, 'line')} = ${given} + ${formatCount(sum((file) => file.rejected))} rejected + ` +
    `${formatCount(ignored)} ignored${some.length > 0 ? ` (${some.join(', ')})` : ''}`
  );
}

/** As seen from the current folder, where that is the shorter way to say it and leads up no further than two folders. */
function nearPath(file: string): string {
  if (file.includes('://')) return file;
  const near = path.relative('', file);
  return near === '' || near.length >= file.length || near.startsWith('../../..') ? file : near;
}

function total(files: readonly LogReport[]): number {
  return files.reduce((sum, file) => sum + file.events, 0);
}
