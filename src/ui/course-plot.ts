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

/** Something that happened, from the start of the courses. */
export interface CourseMark {
  name: string;
  atMs: number;
}

/**
 * The hit rate against time since the start, a plot each, all on one scale from nothing to all reads, empty where nobody read; nothing at all where nobody ever did. Marks
 * are below it, on the same scale of time.
 */
export function coursePlots(
  courses: readonly NamedCourse[],
  { brush, width }: PageFrame,
  marks: readonly CourseMark[] = [],
): string[] {
  const { paint, theme } = brush;
  const [first] = courses;
  if (!first || courses.every(({ course }) => course.reads.every((reads) => reads === 0))) return [];
  const allMs = first.course.stepMs * first.course.reads.length;
  if (theme.plain)
    return [
      ...courses.map(({ name, course }) => `  hit rate of ${name} in time: ${told(course, allMs)}.`),
      ...marks.map(({ name, atMs }) => `  ${name} after ${formatDuration(atMs)}.`),
    ];
  const plotWidth = Math.floor((width - nameWidth - scaleWidth - 3) / evenBy) * evenBy;
  const plots = courses.flatMap(({ name, role, course }) =>
    columnPlot(
      ratesOf(course, plotWidth).map((rate) => rate ?? 0),
      height,
      1,
      theme,
    ).map((cells, at) => {
      const label = at === 0 ? name.padEnd(nameWidth) : ' '.repeat(nameWidth);
      const scale = at === 0 ? `${formatPercent(1)} ` : '';
      const sign = at === 0 ? theme.axis.mark : theme.axis.upright;
      return `  ${label}${paint('quiet', `${scale.padStart(scaleWidth)}${sign}`)}${paint(role, cells)}`;
    }),
  );
  const [line, labels] = amountAxis(plotWidth, (share) => formatDuration(allMs * share), theme.axis);
  const left = ' '.repeat(2 + nameWidth + scaleWidth);
  return [
    paint('quiet', '  hit rate against time since the start, empty where nobody read'),
    ...plots,
    paint('quiet', `${left}${theme.axis.foot}${line}`),
    paint('quiet', `${left} ${labels}`),
    ...marks.flatMap((mark) => {
      const text = markText(mark, allMs, plotWidth);
      return text === undefined ? [] : [paint('quiet', `${left} ${text}`)];
    }),
  ];
}

/** Undefined where it is past the plot. */
function markText({ name, atMs }: CourseMark, allMs: number, plotWidth: number): string | undefined {
  if (atMs < 0 || atMs > allMs) return undefined;
  const column = Math.min(plotWidth - 1, Math.floor((atMs / allMs) * plotWidth));
  const after = `^ ${name}`;
  return column + after.length <= plotWidth
    ? `${' '.repeat(column)}${after}`
    : `${name} ^`.padStart(column + 1);
}

/** By column; undefined where nobody read. */
function ratesOf({ reads, hits }: HitCourse, columns: number): (number | undefined)[] {
  const hitsOf = resample(hits, columns);
  return resample(reads, columns).map((count, at) => (count > 0 ? (hitsOf[at] ?? 0) / count : undefined));
}

function told(course: HitCourse, allMs: number): string {
  return ratesOf(course, toldSteps)
    .map((rate, at) => {
      const until = formatDuration((allMs * (at + 1)) / toldSteps);
      return rate === undefined ? `no read by ${until}` : `${formatPercent(rate)} by ${until}`;
    })
    .join(', ');
}
