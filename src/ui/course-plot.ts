import type { HitCourse } from '../core/metrics/hit-course.ts';
import { amountAxis } from './amount-axis.ts';
import { columnPlot } from './analyze/column-plot.ts';
import type { PageFrame } from './analyze/page-frame.ts';
import { resample } from './analyze/resample.ts';
import { formatDuration, formatPercent } from './format.ts';
import type { Role } from './theme.ts';

/** Hits among reads against time, and what to call it; all that are shown together take the same time. */
export interface NamedCourse {
  name: string;
  role: Role;
  course: HitCourse;
}

const nameWidth = 10;
const scaleWidth = 6;
/** Marks of the level axis fall on whole columns. */
const evenBy = 10;
const height = 3;
/** Told instead of a plot. */
const toldSteps = 6;

/** The hit rate against time since the start, a plot each, all on one scale from nothing to all reads; nothing where nobody read. */
export function coursePlots(courses: readonly NamedCourse[], { brush, width }: PageFrame): string[] {
  const { paint, theme } = brush;
  const [first] = courses;
  if (!first || first.course.reads.every((reads) => reads === 0)) return [];
  const allMs = first.course.stepMs * first.course.reads.length;
  if (theme.plain)
    return courses.map(({ name, course }) => `  hit rate of ${name} in time: ${told(course, allMs)}.`);
  const plotWidth = Math.floor((width - nameWidth - scaleWidth - 3) / evenBy) * evenBy;
  const plots = courses.flatMap(({ name, role, course }) =>
    columnPlot(resample(ratesOf(course), plotWidth), height, 1, theme).map((cells, at) => {
      const label = at === 0 ? name.padEnd(nameWidth) : ' '.repeat(nameWidth);
      const scale = at === 0 ? `${formatPercent(1)} ` : '';
      const sign = at === 0 ? theme.axis.mark : theme.axis.upright;
      return `  ${label}${paint('quiet', `${scale.padStart(scaleWidth)}${sign}`)}${paint(role, cells)}`;
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
function ratesOf({ reads, hits }: HitCourse): number[] {
  let last = 0;
  return reads.map((count, step) => {
    if (count > 0) last = (hits[step] ?? 0) / count;
    return last;
  });
}

function told(course: HitCourse, allMs: number): string {
  return resample(ratesOf(course), toldSteps)
    .map((rate, at) => `${formatPercent(rate)} by ${formatDuration((allMs * (at + 1)) / toldSteps)}`)
    .join(', ');
}
