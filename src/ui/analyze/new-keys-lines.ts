import type { TrafficProfile } from '../../core/history/traffic/profile.ts';
import { formatCompact, formatCounted, formatRate } from '../format.ts';
import { sparkline } from '../theme.ts';
import { type PageFrame, row, textWidth } from './page-frame.ts';
import { condense } from './resample.ts';

const dayMs = 86_400_000;
const wordsWidth = 42;
const leastSteps = 4;

/** Keys never seen before, day by day; nothing for a history of less than four days, which says nothing of that. */
export function newKeysLines({ course }: TrafficProfile, frame: PageFrame): string[] {
  if (!course || course.newKeys.keys.length < leastSteps) return [];
  const { newKeys } = course;
  const { brush } = frame;
  const drawnWidth = textWidth(frame) - wordsWidth;
  const [first = 0, ...later] = newKeys.keys;
  const days = newKeys.stepMs / dayMs;
  const mean = later.reduce((sum, keys) => sum + keys, 0) / later.length / days;
  const begin = days === 1 ? 'day' : formatCounted(days, 'day');
  const words = `${formatCompact(first)} in the first ${begin}, then ${formatRate(mean)} a day`;
  // On the first day every key is new; it must not make all others look like nothing.
  const shown = [Math.min(first, Math.max(...later)), ...later];
  const drawn = sparkline(condense(shown, drawnWidth), drawnWidth, brush.theme);
  return [row('New keys', `${words.padEnd(wordsWidth)}${brush.paint('active', drawn)}`, brush)];
}
