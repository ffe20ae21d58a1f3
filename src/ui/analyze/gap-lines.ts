import type { TrafficProfile } from '../../core/history/traffic/profile.ts';
import { printable } from '../../core/text.ts';
import { formatCompact, formatCounted, formatInstant, formatSpan } from '../format.ts';
import { fit, type PageFrame, row, scaledTo } from './page-frame.ts';

const shownGaps = 3;

/** When logs were silent that should not have been: the largest gaps, in the order of time. */
export function gapLines({ course, replicas }: TrafficProfile, frame: PageFrame): string[] {
  if (!course) return [];
  const { largest, more } = course.gaps;
  const { brush } = frame;
  const shown = largest
    .toSorted((a, b) => b.expectedEvents - a.expectedEvents)
    .slice(0, shownGaps)
    .toSorted((a, b) => a.fromMs - b.fromMs);
  const rest = largest.length - shown.length + more;
  const lines = shown.map(({ replica, fromMs, toMs, expectedEvents }) => {
    const name = replicas.length > 1 ? `${fit(printable(replica), scaledTo(frame, 10, 20), frame)} ` : '';
    const since = formatInstant(fromMs).replace(' UTC', '');
    const words = `${since} silent ${formatSpan(toMs - fromMs)}: ${formatCompact(expectedEvents)} expected`;
    return `${brush.paint('warning', brush.symbols.warning)} ${name}${words}`;
  });
  if (rest > 0) lines.push(brush.paint('quiet', `and ${formatCounted(rest, 'smaller gap')}`));
  return lines.map((line, index) => row(index === 0 ? 'Gaps (UTC)' : '', line, brush));
}
