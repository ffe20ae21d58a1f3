import type { RunFigures } from '../core/metrics/run-figures.ts';
import { printable } from '../core/text.ts';
import { fitEndsCells } from './cells.ts';
import { formatBytes, formatCount, formatCounted, formatDuration, formatFraction } from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { unknown } from './metrics-words.ts';
import { keptWords, promiseWords } from './promise-words.ts';
import { rowSentence } from './row-sentence.ts';
import { wrapWords } from './wrap-words.ts';

const headings = ['DONOR', 'ROWS READ', 'BYTES READ', 'CPU TIME', 'PEAK MEMORY'] as const;
const donorWidth = 17;

/** What the run promised, and how that came; nothing for one that promised nothing. */
export function promisedWords({ promise, hotReadyMs, inSyncMs }: RunFigures): string[] {
  if (!promise) return [];
  const came = [
    ...(promise.hotReady && hotReadyMs !== undefined
      ? [`hot-ready ${keptWords(promise.hotReady, hotReadyMs)}`]
      : []),
    ...(inSyncMs === undefined ? [] : [`in sync ${keptWords(promise.inSync, inSyncMs)}`]),
  ];
  return [promiseWords(promise), ...(came.length === 0 ? [] : [`it came: ${came.join(', ')}`])];
}

/** What the run cost each donor, and what writers there felt. */
export function donorLines({ donors, mostDeltaKeys }: RunFigures, brush: Brush): string[] {
  const gave = donors.filter(({ rows, cpuMs }) => rows > 0 || cpuMs !== undefined);
  if (gave.length === 0) return [];
  const row = (cells: readonly string[]) => {
    if (brush.asSentences) return `  ${rowSentence(headings, cells)}`;
    const [donor = '', ...figures] = cells;
    return `  ${fitEndsCells(donor, donorWidth, brush.theme)} ${figures.map((text) => text.padStart(13)).join(' ')}`.trimEnd();
  };
  const isMeasured = gave.some(({ cpuMs }) => cpuMs !== undefined);
  return [
    '',
    ...(brush.asSentences ? [] : [brush.paint('quiet', row(isMeasured ? headings : headings.slice(0, 3)))]),
    ...gave.flatMap(({ donor, rows, rawBytes, cpuMs, peakBytes, writes }) => [
      row([
        printable(donor, 60),
        formatCount(rows),
        formatBytes(rawBytes),
        ...(isMeasured
          ? [
              cpuMs === undefined ? unknown : formatDuration(cpuMs),
              peakBytes === undefined ? unknown : formatBytes(peakBytes),
            ]
          : []),
      ]),
      ...(writes
        ? wrapWords(
            [
              `${formatCounted(writes.count, 'small write')} there took ${writeMs(writes.medianMs)} in the median, ${writeMs(writes.p99Ms)} at p99, ${writeMs(writes.maxMs)} at most.`,
            ],
            brush.width - 4,
          ).map((line) => `    ${line}`)
        : []),
    ]),
    ...(mostDeltaKeys ? [`    The Delta Log held ${formatCounted(mostDeltaKeys, 'key')} at most.`] : []),
  ];
}

/** A write of SQLite takes less than a millisecond where nobody is in its way. */
function writeMs(ms: number): string {
  return ms < 9.95 ? `${formatFraction(ms, 1)} ms` : formatDuration(ms);
}
