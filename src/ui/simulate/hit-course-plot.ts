import type { SimulatedJoin } from '../../core/simulate/simulate-join.ts';
import { amountAxis } from '../amount-axis.ts';
import { columnPlot } from '../analyze/column-plot.ts';
import type { PageFrame } from '../analyze/page-frame.ts';
import { resample } from '../analyze/resample.ts';
import { formatDuration, formatPercent } from '../format.ts';

const nameWidth = 10;
const scaleWidth = 6;
const widest = 60;
const height = 3;
/** Told instead of a plot. */
const toldSteps = 6;

/** The hit rate against time, of the first join of each order, all on one scale from nothing to all reads. */
export function hitCourseLines(joins: readonly SimulatedJoin[], { brush, width }: PageFrame): string[] {
  const { paint, theme } = brush;
  const shown = joins.filter(({ order }, at) => joins.findIndex((join) => join.order === order) === at);
  const first = shown[0];
  if (!first || first.course.reads.every((reads) => reads === 0)) return [];
  const allMs = first.course.stepMs * first.course.reads.length;
  if (theme.plain) return shown.map((join) => `  hit rate of ${join.order} in time: ${told(join, allMs)}.`);
  const plotWidth = Math.min(widest, width - nameWidth - scaleWidth - 3);
  const plots = shown.flatMap((join) =>
    columnPlot(resample(ratesOf(join), plotWidth), height, 1, theme).map((cells, at) => {
      const name = at === 0 ? join.order.padEnd(nameWidth) : ' '.repeat(nameWidth);
      const scale = at === 0 ? `${formatPercent(1)} ` : '';
      const sign = at === 0 ? theme.axis.mark : theme.axis.upright;
      const role = join.order === 'foresync' ? 'good' : 'active';
      return `  ${name}${paint('quiet', `${scale.padStart(scaleWidth)}${sign}`)}${paint(role, cells)}`;
    }),
  );
  const [line, labels] = amountAxis(plotWidth, (share) => formatDuration(allMs * share), theme.axis);
  const left = ' '.repeat(2 + nameWidth + scaleWidth);
  return [
    paint('quiet', '  hit rate against time since the start'),
    ...plots,
    paint('quiet', `${left}${theme.axis.foot}${line}`),
    paint('quiet', `${left} ${labels}`),
  ];
}

/** By step; where nothing was read, as in the step before. */
function ratesOf({ course: { reads, hits } }: SimulatedJoin): number[] {
  let last = 0;
  return reads.map((count, step) => {
    if (count > 0) last = (hits[step] ?? 0) / count;
    return last;
  });
}

function told(join: SimulatedJoin, allMs: number): string {
  return resample(ratesOf(join), toldSteps)
    .map((rate, at) => `${formatPercent(rate)} by ${formatDuration((allMs * (at + 1)) / toldSteps)}`)
    .join(', ');
}
