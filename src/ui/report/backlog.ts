import type { Backlog, RunPicture } from '../../core/report/picture.ts';
import type { Point } from '../../core/report/point.ts';
import { formatCompact, formatCount, formatCounted, formatDuration } from '../format.ts';
import { figureSection, legendOf, missingSection } from './figure.ts';
import { type Markup, markup } from './markup.ts';
import { areaOf, axes, type PlotSize, stepPath, timeAcross } from './plot.ts';
import { valueScale } from './scale.ts';
import { fewOf, table } from './table.ts';

const height = 220;
const title = 'Delta backlog';

/** Keys that changed at the lead meanwhile: held by its Delta Log, and not yet at the joiner. */
export function backlogSection({ course, run, buildMs }: RunPicture): Markup {
  if (!course)
    return missingSection(
      'backlog',
      title,
      'How this run went over time was not kept: an earlier version of foresync ran it.',
      undefined,
    );
  const { waiting, held } = course.backlog;
  if (waiting.length + held.length === 0)
    return missingSection('backlog', title, 'This run did not come to its Delta Log.', undefined);
  const rounds = run.backlog?.round ?? 0;
  const keys = run.byKind.delta.rows;
  return backlogFigure({
    id: 'backlog',
    title,
    lead: leadOf(keys, rounds, most(waiting)),
    backlog: { waiting, held },
    fromMs: 0,
    toMs: buildMs,
  });
}

function leadOf(keys: number, rounds: number, mostWaiting: number): string {
  if (keys === 0 && mostWaiting === 0) return 'Nothing changed at the lead while its rows were copied.';
  const waited = `at most ${formatCount(mostWaiting)} waited at once`;
  if (keys === 0) return `Of the keys that changed meanwhile none had been sent; ${waited}.`;
  return `${formatCounted(keys, 'key')} that changed meanwhile ${keys === 1 ? 'was' : 'were'} sent in ${formatCounted(rounds, 'round')}; ${waited}.`;
}

/** The same while the joiner was followed; nothing where it was not. */
export function followSection({ course, buildMs, endMs }: RunPicture): Markup | undefined {
  const follow = course?.follow;
  if (!follow || follow.waiting.length === 0) return undefined;
  return backlogFigure({
    id: 'followed',
    title: 'Backlog while it was followed',
    lead: `The joiner was followed for ${formatDuration(endMs - buildMs)}; at most ${formatCounted(most(follow.waiting), 'key')} waited when it was looked at.`,
    backlog: { waiting: shifted(follow.waiting, buildMs), held: shifted(follow.held, buildMs) },
    fromMs: buildMs,
    toMs: endMs,
  });
}

function backlogFigure({
  id,
  title: heading,
  lead,
  backlog,
  fromMs,
  toMs,
}: {
  id: string;
  title: string;
  lead: string;
  backlog: Backlog;
  fromMs: number;
  toMs: number;
}): Markup {
  const { waiting, held } = backlog;
  return figureSection({
    id,
    title: heading,
    lead,
    description: lead,
    height,
    draw: (size) => draw(backlog, toMs - fromMs, size),
    legend: legendOf([
      { mark: 'line waiting', text: 'keys that the joiner did not have yet' },
      ...(held.length > 0 ? [{ mark: 'line held', text: "keys in the lead's Delta Log" }] : []),
    ]),
    tables: pointsTable(heading, waiting, held),
  });
}

function draw({ waiting, held }: Backlog, lengthMs: number, size: PlotSize): Markup {
  const area = areaOf(size, height);
  const across = timeAcross(Math.max(1, lengthMs), area);
  const up = valueScale(Math.max(4, most(waiting), most(held)), area.bottom, area.top, 1000);
  return markup`${axes(area, across, up, formatCompact)}<path class="line held" d="${stepPath(held, across, up)}"/><path class="line waiting" d="${stepPath(waiting, across, up)}"/>`;
}

function pointsTable(caption: string, waiting: readonly Point[], held: readonly Point[]): Markup {
  const rows = (points: readonly Point[], what: string) =>
    fewOf(points).map(({ ms, value }) => [formatDuration(ms), what, formatCount(value)]);
  return table(
    caption,
    [{ title: 'After', isFigure: true }, { title: 'What' }, { title: 'Keys', isFigure: true }],
    [...rows(waiting, 'not yet at the joiner'), ...rows(held, 'in the Delta Log')],
  );
}

function most(points: readonly Point[]): number {
  return points.reduce((highest, { value }) => Math.max(highest, value), 0);
}

function shifted(points: readonly Point[], byMs: number): Point[] {
  return points.map(({ ms, value }) => ({ ms: ms - byMs, value }));
}
