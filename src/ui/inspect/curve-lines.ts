import type { InspectedPlan } from '../../core/plan/inspect/inspected-plan.ts';
import { amountAxis } from '../amount-axis.ts';
import { columnPlot, roundTop } from '../analyze/column-plot.ts';
import type { PageFrame } from '../analyze/page-frame.ts';
import { formatBytes, formatCount, formatPercent } from '../format.ts';
import type { InspectState } from './state.ts';

const scaleWidth = 8;

/** The expected hit rate against the bytes that are sent, with the edits, on the axis of the whole plan; so many lines. */
export function curveLines(
  { edits }: InspectState,
  plan: InspectedPlan,
  width: number,
  height: number,
  { brush }: PageFrame,
): string[] {
  const { paint, theme } = brush;
  const { whole } = plan;
  const plotWidth = Math.max(1, width - scaleWidth - 3);
  const plotHeight = Math.max(2, 2 * Math.floor((height - 4) / 2));
  const outcome = plan.outcome(edits);
  const by = whole.bytes > 0 ? 'bytes' : 'keys';
  const [all, left] = by === 'bytes' ? [whole.bytes, outcome.bytes] : [whole.entries, outcome.entries];
  const parts = all > 0 ? Math.max(1, Math.min(plotWidth, Math.round((plotWidth * left) / all))) : 0;
  const { points } = parts > 0 ? plan.curve(edits, parts) : { points: [] };
  if (points.length === 0) return ['', '  Nothing is left to be sent.'];
  const top = Math.min(1, roundTop(whole.expectedHitRate));
  const rates = points.map(({ expectedHitRate }) => expectedHitRate);
  const amount = (share: number) => (by === 'bytes' ? formatBytes(all * share) : formatCount(all * share));
  const rows = columnPlot(rates, plotHeight, top, theme).map((cells, at) => {
    const mark = at === 0 ? top : at === plotHeight / 2 ? top / 2 : undefined;
    const scale = mark === undefined ? '' : `${formatPercent(mark)} `;
    const sign = mark === undefined ? theme.axis.upright : theme.axis.mark;
    return `${paint('quiet', `${scale.padStart(scaleWidth)}${sign}`)}${paint('active', cells)}`;
  });
  const [line, labels] = amountAxis(plotWidth, amount, theme.axis);
  return [
    paint(
      'quiet',
      `${' '.repeat(scaleWidth)} expected hit rate against ${by}, in the order in which rows are sent`,
    ),
    ...rows,
    paint('quiet', `${' '.repeat(scaleWidth)}${theme.axis.foot}${line}`),
    paint('quiet', `${' '.repeat(scaleWidth + 1)}${labels}`),
  ];
}
