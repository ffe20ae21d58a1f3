import type { RunReport } from '../core/metrics/run-report.ts';
import type { ComparedValue } from '../core/metrics/run-values.ts';
import { printable } from '../core/text.ts';
import { fitCells } from './cells.ts';
import type { Brush } from './metrics-paint.ts';
import { differenceWords, valueLabels, valueWords } from './metrics-values.ts';
import { outcomeOf, shortIds, startedAt, unknown } from './metrics-words.ts';

const labelWidth = 25;
const leastCell = 16;
const mostCell = 26;

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
    ];
  }
  const room = Math.floor(((columns ?? 80) - labelWidth - 6) / 3);
  const cell = Math.max(leastCell, Math.min(mostCell, room));
  const line = (cells: readonly string[]) =>
    `  ${cells
      .map((text, at) => fitCells(text, at === 0 ? labelWidth : cell, brush.theme))
      .join(' ')}`.trimEnd();
  return [
    brush.paint('quiet', line(['', ...ids, 'DIFFERENCE'])),
    ...facts.map(([label, of]) => line([label, of(first), of(second)])),
    '',
    ...values.map(({ name, unit, first: before, second: after, difference }) =>
      line([
        valueLabels[name],
        valueWords(before, unit),
        valueWords(after, unit),
        differenceWords(difference, unit),
      ]),
    ),
  ];
}

function sentenceOf({ name, unit, first, second, difference }: ComparedValue): string {
  const words = differenceWords(difference, unit);
  const apart =
    words === ''
      ? ''
      : words === 'none'
        ? ', no difference'
        : `, ${words.replace('+', 'more by ').replace(/^-/, 'less by ')}`;
  return `  ${valueLabels[name]}: ${valueWords(first, unit).replace(unknown, 'not known')}, then ${valueWords(second, unit).replace(/^-$/, 'not known')}${apart}.`;
}
