import type { SimulationReport } from '../../core/simulate/simulation-report.ts';
import type { FigureSource, SourcedFigures } from '../../core/simulate/table-figures.ts';
import { printable } from '../../core/text.ts';
import type { PageFrame } from '../analyze/page-frame.ts';
import {
  formatByteRate,
  formatBytes,
  formatCounted,
  formatDuration,
  formatFraction,
  formatInstant,
  formatPercent,
  formatSpan,
} from '../format.ts';
import { wrapWords } from '../wrap-words.ts';
import { isFew } from './few-reads.ts';
import { hitCourseLines } from './hit-course-plot.ts';
import { joinLines } from './joins-table.ts';

/** From this share of a plan's keys on it is said that no log has them. */
const tellUnknownFrom = 0.5;

/** A simulation for a terminal: what was replayed, how hit rates rise, a line for each join; safe to print. */
export function simulationLines(report: SimulationReport, frame: PageFrame): string[] {
  const { paint, symbols } = frame.brush;
  const { model, joins } = report;
  const { rows, rowBytes } = model.table;
  const size = `${formatCounted(rows.value, 'row')}, ${formatBytes(rows.value * rowBytes.value)}`;
  return [
    `${paint('strong', 'Simulated join')} of ${size}, from ${formatInstant(report.originMs)} on`,
    ...wrapWords([modelWords(report), replayWords(report)], frame.width - 2).map(
      (line) => `  ${paint('quiet', line)}`,
    ),
    '',
    ...(isFew(report.reads) ? [] : [...hitCourseLines(joins, frame), '']),
    ...joinLines(joins, report.reads, frame),
    ...warnings(report).flatMap((text) =>
      wrapWords([text], frame.width - 2).map((line, at) =>
        at === 0 ? `${paint('warning', symbols.warning)} ${line}` : `  ${line}`,
      ),
    ),
  ];
}

function modelWords({ model }: SimulationReport): string {
  const { table, linkBytesPerSecond, limitBytesPerSecond, rttMs, donors, writesPerSecond } = model;
  const words = [
    `Rows of ${formatBytes(table.rowBytes.value)} (${sourceWords(table, 'rowBytes')}), packed ${formatFraction(table.compression.value, 1)} to 1 (${sourceWords(table, 'compression')})`,
    linkBytesPerSecond === undefined
      ? 'a link without a limit'
      : `a link of ${formatByteRate(linkBytesPerSecond)}`,
    ...(limitBytesPerSecond === undefined ? [] : [`a limit of ${formatByteRate(limitBytesPerSecond)}`]),
    ...(rttMs > 0 ? [`a round trip of ${formatDuration(rttMs)}`] : []),
    formatCounted(donors, 'donor'),
    writesPerSecond === undefined
      ? 'writes as in the logs'
      : `${formatCounted(writesPerSecond, 'row')} written a second`,
  ];
  return `${words.join(', ')}.`;
}

const sources: Record<FigureSource, string> = {
  flag: 'as said',
  run: 'as in the latest run',
  logs: 'as the logs have it',
  assumed: 'assumed',
};

function sourceWords(table: SourcedFigures, figure: keyof SourcedFigures): string {
  return sources[table[figure].from];
}

function replayWords({ replayed, reads, lookedAtMs, sample, plan, timeScale }: SimulationReport): string {
  const from = replayed === 'logs' ? 'the logs' : 'the access history, which knows times to the minute';
  const sampled =
    sample.share < 1
      ? `, by a sample of ${formatCounted(sample.keys, 'key')}, ${formatPercent(sample.share, 2)} of all`
      : '';
  const order =
    plan === undefined
      ? ''
      : plan.file === undefined
        ? ' The plan is as it would have been made at that time.'
        : ` The plan is ${printable(plan.file, 60)}.`;
  const speed = timeScale === 1 ? '' : `, ${timeScale} times as fast as they came`;
  const few = isFew(reads) ? ' So few say little of any hit rate.' : '';
  return `Hit rates are of the first ${formatSpan(lookedAtMs)}, with ${readsWords(reads)} in ${from}${speed}${sampled}.${few}${order}`;
}

/** Reads of a minute are spread over it, so a part of one may fall into the time that is looked at. */
function readsWords(reads: number): string {
  return reads > 0 && reads < 1 ? 'less than one read' : formatCounted(Math.round(reads), 'read');
}

function warnings({ plan, joins, windowMs, lookedAtMs, reads }: SimulationReport): string[] {
  const late = joins.some(({ inSyncMs }) => inSyncMs !== undefined && inSyncMs > windowMs);
  return [
    ...(reads === 0
      ? ['Nothing was read in that time: there is no hit rate. A slower --link, or another --at, has one.']
      : []),
    ...(joins.some(({ inSyncMs }) => inSyncMs === undefined)
      ? [
          'Writers are faster than the joiner: it never gets in sync. --write-rate, --delta-rate and --link say how fast both are.',
        ]
      : []),
    ...(late
      ? [
          `The accesses end, or the horizon does, ${formatDuration(lookedAtMs)} after the start, before every join is in sync.`,
        ]
      : []),
    ...(plan && plan.unknownShare >= tellUnknownFrom
      ? [`No log has ${formatPercent(plan.unknownShare)} of the plan's keys: are both of the same table?`]
      : []),
  ];
}
