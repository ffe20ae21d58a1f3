import path from 'node:path';
import type { LogReport } from '../core/history/ingest.ts';
import type { TrafficProfile } from '../core/history/traffic-profile.ts';
import { printable } from '../core/text.ts';
import { wrapWords } from './dashboard/wrap-words.ts';
import {
  formatCompact,
  formatCount,
  formatCounted,
  formatDuration,
  formatInstant,
  formatPercent,
} from './format.ts';
import { orderWords, timeWarnings } from './log-times.ts';
import type { Brush } from './metrics-paint.ts';
import { bar, sparkline } from './theme.ts';

const shownFiles = 8;
const shownKeys = 5;
const shownReplicas = 8;
const labelWidth = 12;

/** What became of the logs: a line a file, and under it what could not be read. */
export function logLines(files: readonly LogReport[], brush: Brush): string[] {
  const troubled = files.filter((file) => !isSound(file));
  const sound = files.filter(isSound);
  // Files with rejected lines or wrong times are always shown; of a long list of sound ones, the first.
  const shown = [...troubled, ...sound.slice(0, Math.max(0, shownFiles - troubled.length))];
  const rest = files.filter((file) => !shown.includes(file));
  return [
    ...shown.flatMap((file) => fileLines(file, brush)),
    ...(rest.length > 0
      ? [`  and ${formatCounted(rest.length, 'more file')}, ${formatCounted(total(rest), 'event')}`]
      : []),
    ...wrapWords([sumLine(files)], 76).map((line) => `  ${brush.paint('quiet', line)}`),
  ];
}

function fileLines(file: LogReport, brush: Brush): string[] {
  const [role, symbol] = isSound(file)
    ? (['good', brush.symbols.done] as const)
    : (['warning', brush.symbols.warning] as const);
  const name = file.path === '-' ? 'standard input' : tail(printable(nearPath(file.path)), 44);
  const state = stateWords(file);
  const layout = file.format ? clip(`${brush.separator}${layoutWords(file)}`, 78 - state.length) : '';
  const hidden = file.rejected - file.rejects.length;
  return [
    `${brush.paint(role, symbol)} ${brush.paint('strong', name)}${brush.separator}replica ${printable(file.replica, 20)}`,
    `  ${state}${brush.paint('quiet', layout)}`,
    ...file.rejects.map(
      ({ line, reason }) =>
        `    ${brush.paint('warning', `line ${formatCount(line)}`)}: ${printable(reason, 56)}`,
    ),
    ...(hidden > 0 ? [`    and ${formatCount(hidden)} more that could not be read`] : []),
    ...timeWarnings(file.times).map((warning) => `    ${brush.paint('warning', warning)}`),
    ...orderWords(file.times).map((words) => `    ${brush.paint('quiet', words)}`),
  ];
}

function isSound(file: LogReport): boolean {
  return file.rejected === 0 && timeWarnings(file.times).length === 0;
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

/** What the traffic in the whole history looks like, for 80 columns. */
export function trafficLines(profile: TrafficProfile, brush: Brush): string[] {
  const { skew } = profile;
  const zipf = skew.zipfExponent === undefined ? [] : [`Zipf ${skew.zipfExponent.toFixed(2)}`];
  const shares = `hottest 1 % of keys: ${formatPercent(skew.top1Share)} of reads, 10 %: ${formatPercent(skew.top10Share)}`;
  return [
    row(
      'History',
      [formatCounted(profile.events, 'event'), formatCounted(profile.keys, 'key'), spanWords(profile)].join(
        brush.separator,
      ),
      brush,
    ),
    row('', periodWords(profile), brush),
    row(
      'Reads',
      `${brush.paint('active', bar(profile.readShare, 24, brush.theme))} ${formatPercent(profile.readShare, 1)}`,
      brush,
    ),
    row('Skew', shares, brush),
    row('', [`Gini ${skew.gini.toFixed(2)}`, ...zipf].join(brush.separator), brush),
    row(
      'Hours (UTC)',
      `0 ${brush.paint('active', sparkline(profile.hours, 24, brush.theme))} 23  ${busiestWords(profile)}`,
      brush,
    ),
    ...hottestLines(profile, brush),
    ...(profile.replicas.length > 1 ? replicaLines(profile, brush) : []),
  ];
}

function spanWords({ firstMs = 0, lastMs = 0 }: TrafficProfile): string {
  const days = (lastMs - firstMs) / 86_400_000;
  return days >= 2 ? `${formatCount(Math.round(days))} days` : formatDuration(lastMs - firstMs);
}

function periodWords({ firstMs = 0, lastMs = 0 }: TrafficProfile): string {
  return `${formatInstant(firstMs)} to ${formatInstant(lastMs)}`;
}

function busiestWords({ hours, events }: TrafficProfile): string {
  const most = Math.max(...hours);
  const hour = String(hours.indexOf(most)).padStart(2, '0');
  return `busiest ${hour}:00 with ${formatPercent(most / events)}`;
}

function hottestLines(profile: TrafficProfile, brush: Brush): string[] {
  const shown = profile.hottest.filter((key) => key.reads > 0).slice(0, shownKeys);
  const most = shown[0]?.reads ?? 1;
  return shown.map(({ key, reads }, index) => {
    const drawn = brush.paint('active', bar(reads / most, 16, brush.theme));
    const figures = `${formatCompact(reads).padStart(7)} ${formatPercent(reads / profile.reads, 1).padStart(7)}`;
    return row(index === 0 ? 'Hottest' : '', `${fit(printable(key), 32)} ${drawn} ${figures}`, brush);
  });
}

function replicaLines(profile: TrafficProfile, brush: Brush): string[] {
  const shown = profile.replicas.slice(0, shownReplicas);
  const rest = profile.replicas.length - shown.length;
  const lines = shown.map((replica, index) => {
    const events = replica.reads + replica.writes;
    const drawn = brush.paint('active', bar(events / profile.events, 8, brush.theme));
    const facts = `${formatCompact(events).padStart(7)} ${events === 1 ? 'event' : 'events'}, ${formatPercent(replica.reads / events)} reads`;
    return row(
      index === 0 ? 'Replicas' : '',
      `${fit(printable(replica.name), 14)} ${drawn} ${facts}, ${formatCompact(replica.keys)} ${replica.keys === 1 ? 'key' : 'keys'}`,
      brush,
    );
  });
  return rest > 0 ? [...lines, row('', `and ${formatCount(rest)} more`, brush)] : lines;
}

function row(label: string, text: string, brush: Brush): string {
  return `  ${brush.paint('quiet', label.padEnd(labelWidth))}${text}`;
}

function fit(text: string, width: number): string {
  return clip(text, width).padEnd(width);
}

function clip(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/** As seen from the current folder, where that is the shorter way to say it and leads up no further than two folders. */
function nearPath(file: string): string {
  const near = path.relative('', file);
  return near === '' || near.length >= file.length || near.startsWith('../../..') ? file : near;
}

/** The end of a path says more than its beginning. */
function tail(path: string, width: number): string {
  return path.length > width ? `…${path.slice(path.length - width + 1)}` : path;
}

function total(files: readonly LogReport[]): number {
  return files.reduce((sum, file) => sum + file.events, 0);
}
