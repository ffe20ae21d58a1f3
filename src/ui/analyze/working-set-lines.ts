import type { TrafficProfile } from '../../core/history/traffic/profile.ts';
import { formatCompact } from '../format.ts';
import { sparkline } from '../theme.ts';
import { type PageFrame, row, textWidth } from './page-frame.ts';
import { condense } from './resample.ts';

const wordsWidth = 42;
const leastSteps = 4;

/** How many keys are in use within an hour, a day and the whole history, and how that changes; nothing within one hour. */
export function workingSetLines({ course }: TrafficProfile, frame: PageFrame): string[] {
  const { brush } = frame;
  if (!course || course.workingSet.byWindow.length < 2) return [];
  const { byWindow, overTime } = course.workingSet;
  const drawnWidth = textWidth(frame) - wordsWidth;
  return byWindow.map(({ windowMs, meanKeys, mostKeys }, index) => {
    const isWhole = index === byWindow.length - 1;
    const keys = `${(isWhole ? 'all' : windowWord(windowMs)).padEnd(8)}${formatCompact(meanKeys).padStart(8)} keys`;
    const most = isWhole ? '' : `, at most ${formatCompact(mostKeys)}`;
    const isDrawn = windowMs === overTime.windowMs && overTime.keys.length >= leastSteps;
    const drawn = isDrawn ? sparkline(condense(overTime.keys, drawnWidth), drawnWidth, brush.theme) : '';
    const text = `${`${keys}${most}`.padEnd(wordsWidth)}${brush.paint('active', drawn)}`;
    return row(index === 0 ? 'Working set' : '', text.trimEnd(), brush);
  });
}

function windowWord(windowMs: number): string {
  return windowMs === 3_600_000 ? 'an hour' : 'a day';
}
