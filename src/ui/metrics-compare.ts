import type { RunReport } from '../core/metrics/run-report.ts';
import type { ComparedValue } from '../core/metrics/run-values.ts';
import { printable } from '../core/text.ts';
import { fitCells } from './cells.ts';
import type { Brush } from './metrics-paint.ts';
import { differenceWords, valueLabels, valueWords } from './metrics-values.ts';
import { outcomeOf, shortIds, startedAt, unknown } from './metrics-words.ts';
import { wrapWords } from './wrap-words.ts';

const labelWidth = 25;
const leastCell = 14;
const mostCell = 26;
const differenceWidth = 22;
const meaning =
  "hit rate: reads that the joiner answered by itself. reads of planned keys: the plan's share of the reads. better, worse: of the second run.";

/** Two runs side by side, and how far the second is from the first; `columns` are those of the terminal, undefined for none. */
export function comparisonLines(
  [first, second]: readonly [RunReport, RunReport],
  values: readonly ComparedValue[],
  brush: Brush,
  columns: number | undefined,
): string[] {
  const ids = shortIds([first.id, second.id].map((id) => printable(id, 60)));
  const facts: [label: string, of: (run: RunReport) => string][] = [
    ['started (UTC)', ({ startedMs }) => startedAt(startedMs)],
    ['joiner', ({ joiner }) => printable(joiner ?? unknown, 60)],
    ['table', ({ group, table }) => printable(group === '' ? table : `${group}, ${table}`, 60)],
    ['outcome', (run) => outcomeOf(run).words],
  ];
  if (brush.asSentences) {
    return [
      `  Run ${ids[0]} against run ${ids[1]}.`,
      ...facts.map(([label, of]) => `  ${label}: ${of(first)}; ${of(second)}.`),
      ...values.map(sentenceOf),
      `  ${meaning}`,
    ];
  }
  const room = Math.floor(((columns ?? 80) - labelWidth - differenceWidth - 6) / 2);
  const cell = Math.max(leastCell, Math.min(mostCell, room));
  const widths = [labelWidth, cell, cell, differenceWidth];
  const line = (cells: readonly string[]) =>
    `  ${cells.map((text, at) => fitCells(text, widths[at] ?? cell, brush.theme)).join(' ')}`.trimEnd();
  return [
    brush.paint('quiet', line(['', ...ids, 'DIFFERENCE'])),
    ...facts.map(([label, of]) => {
      const [one, other] = [of(first), of(second)];
      // What does not fit beside itself is told once.
      return one === other && one.length > cell
        ? `  ${label.padEnd(labelWidth)} ${fitCells(one, 2 * cell + 1 + differenceWidth, brush.theme)}`.trimEnd()
        : line([label, one, other]);
    }),
    '',
    ...values.map(({ name, unit, first: before, second: after, difference, verdict }) =>
      line([
        valueLabels[name],
        valueWords(before, unit),
        valueWords(after, unit),
        judgedWords(differenceWords(difference, unit), verdict),
      ]),
    ),
    '',
    ...wrapWords([meaning], brush.width - 2).map((words) => `  ${brush.paint('quiet', words)}`),
  ];
}

/** What rounds to no difference is none. */
function judgedWords(words: string, verdict: ComparedValue['verdict']): string {
  return verdict === undefined || words === 'none' ? words : `${words}, ${verdict}`;
}

function sentenceOf({ name, unit, first, second, difference, verdict }: ComparedValue): string {
  const words = differenceWords(difference, unit);
  const apart =
    words === ''
      ? ''
      : words === 'none'
        ? ', no difference'
        : `, ${judgedWords(words, verdict).replace('+', 'more by ').replace(/^-/, 'less by ')}`;
  return `  ${valueLabels[name]}: ${valueWords(first, unit).replace(unknown, 'not known')}, then ${valueWords(second, unit).replace(/^-$/, 'not known')}${apart}.`;
}
