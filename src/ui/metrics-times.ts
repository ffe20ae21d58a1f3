import type { ExpectedTimes } from '../core/metrics/expected-times.ts';
import { formatCount, formatCounted, formatPercent, formatSpan } from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { rowSentence } from './row-sentence.ts';

const headings = ['EXPECTED AFTER', 'KEYS', 'READ BEFORE', 'MEDIAN ERROR'] as const;

/** How the expected times of first reads came out. */
export function expectedTimesLines(times: ExpectedTimes | undefined, brush: Brush): string[] {
  if (!times) return [];
  const { keys, earlyShare, medianErrorMs, ninetyErrorMs, beforeLog, bins } = times;
  const row = (after: string, count: string, early: string, error: string) =>
    brush.asSentences
      ? `    ${rowSentence(headings, [after, count, early, error])}`
      : `    ${after.padEnd(22)} ${count.padStart(9)} ${early.padStart(12)} ${error.padStart(14)}`;
  const left =
    beforeLog > 0
      ? [
          `    ${formatCounted(beforeLog, 'key')} that ${beforeLog === 1 ? 'was' : 'were'} expected before the log begins ${beforeLog === 1 ? 'is' : 'are'} left out.`,
        ]
      : [];
  return [
    '',
    `  ${brush.paint('strong', 'Expected times')}    of ${formatCounted(keys, 'planned key')} that ${keys === 1 ? 'was' : 'were'} read`,
    `    ${formatPercent(earlyShare)} of the first reads came before they were expected; half is right.`,
    `    Half of them came within ${formatSpan(medianErrorMs)} of that, nine of ten within ${formatSpan(ninetyErrorMs)}.`,
    ...left,
    ...(brush.asSentences ? [] : [brush.paint('quiet', row(...headings))]),
    ...bins.map((bin) =>
      row(
        `${formatSpan(bin.fromMs)} to ${formatSpan(bin.toMs)}`,
        formatCount(bin.keys),
        formatPercent(bin.earlyShare),
        formatSpan(bin.medianErrorMs),
      ),
    ),
  ];
}
