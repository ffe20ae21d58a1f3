import type { Trend, TrendLine } from '../core/metrics/run-trend.ts';
import { printable } from '../core/text.ts';
import { columnPlot, roundTop } from './analyze/column-plot.ts';
import type { PageFrame } from './analyze/page-frame.ts';
import { formatCounted } from './format.ts';
import { valueLabels, valueWords } from './metrics-values.ts';

const height = 3;
const labelWidth = 26;
const scaleWidth = 11;
const widestColumn = 6;

/** How figures changed from run to run: a column a run, oldest first, each figure on a scale of its own. */
export function trendLines(trends: readonly Trend[], frame: PageFrame): string[] {
  return trends.flatMap((trend) => [
    ...headOf(trend, frame),
    ...trend.lines.flatMap((line) => plotOf(line, frame)),
  ]);
}

function headOf({ group, table, runIds }: Trend, { brush }: PageFrame): string[] {
  const where = printable(group === '' ? table : `${group}, table ${table}`, 60);
  const words = `${formatCounted(runIds.length, 'run')} that got in sync, oldest first`;
  return ['', `  ${brush.paint('strong', `Trend of ${where}`)}  ${brush.paint('quiet', words)}`];
}

function plotOf(line: TrendLine, { brush, width }: PageFrame): string[] {
  const { paint, theme } = brush;
  const { name, unit } = line;
  const label = valueLabels[name];
  if (brush.asSentences)
    return [
      `  ${label}: ${line.values.map((value) => (value === null ? 'not known' : valueWords(value, unit))).join(', ')}.`,
    ];
  const room = width - labelWidth - scaleWidth - 4;
  const values = line.values.slice(-room);
  const column = Math.max(1, Math.min(widestColumn, Math.floor(room / values.length)));
  const known = values.flatMap((value) => value ?? []);
  const top = unit === 'share' ? 1 : roundTop(Math.max(...known));
  // A run apart from the next by an empty cell, where there is room.
  const cells = values.flatMap((value) =>
    Array.from({ length: column }, (_, at) => (column > 1 && at === column - 1 ? 0 : (value ?? 0))),
  );
  const last = values.at(-1);
  return columnPlot(cells, height, top, theme).map((drawn, at) => {
    const text =
      at === 0 ? label : at === 1 && typeof last === 'number' ? `last ${valueWords(last, unit)}` : '';
    const scale = at === 0 ? `${valueWords(top, unit)} ` : '';
    const sign = at === 0 ? theme.axis.mark : theme.axis.upright;
    return `  ${text.padEnd(labelWidth)}${paint('quiet', `${scale.padStart(scaleWidth)}${sign}`)}${paint('active', drawn)}`.trimEnd();
  });
}
