import type { TrafficCourse, TrafficProfile } from '../../core/history/traffic/profile.ts';
import { formatRate } from '../format.ts';
import { sparkline, type Theme } from '../theme.ts';
import { type PageFrame, row, scaledTo } from './page-frame.ts';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const dayWidth = 4;

/** The hottest cell stands for this share of the hours, so that one odd hour does not make all others pale. */
const hottestShare = 0.95;

/** Hours in columns, weekdays in rows; nothing for a history of less than two days. */
export function weekHeatMap({ course, hours }: TrafficProfile, frame: PageFrame): string[] {
  if (!course || course.span.toMs - course.span.fromMs < 2 * 86_400_000) return [];
  const { brush } = frame;
  const { weekHours } = course;
  if (brush.theme.plain) return [row('Week (UTC)', busiest(weekHours), brush)];
  const cellWidth = scaledTo(frame, 2, 4);
  const top = hottest(weekHours);
  const rows = weekHours.flatMap((day, index) => {
    if (day.every((events) => events === null)) return [];
    const cells = day.map((events) => heatCell(events, top, brush.theme).repeat(cellWidth)).join('');
    return `${(weekdays[index] ?? '').padEnd(dayWidth)}${brush.paint('active', cells)}`;
  });
  const all = [...sparkline(hours, 24, brush.theme)].map((cell) => cell.repeat(cellWidth)).join('');
  return [
    row('Week (UTC)', brush.paint('quiet', `${' '.repeat(dayWidth)}${hourLabels(cellWidth)}`), brush),
    ...rows.map((line) => row('', line, brush)),
    row('', `${'all'.padEnd(dayWidth)}${brush.paint('active', all)}`, brush),
    row('', brush.paint('quiet', `${' '.repeat(dayWidth)}${busiest(weekHours)}`), brush),
  ];
}

function hottest(weekHours: TrafficCourse['weekHours']): number {
  const known = weekHours.flat().filter((events) => events !== null && events > 0) as number[];
  const sorted = known.sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * hottestShare)] ?? 0;
}

function heatCell(events: number | null, top: number, { heatCells }: Theme): string {
  if (events === null) return ' ';
  const shades = heatCells.length - 1;
  return heatCells[Math.min(shades, Math.ceil((events / Math.max(top, Number.MIN_VALUE)) * shades))] ?? ' ';
}

function hourLabels(cellWidth: number): string {
  const labels = [0, 3, 6, 9, 12, 15, 18, 21].map((hour) => String(hour).padStart(2, '0'));
  return labels
    .map((label) => label.padEnd(3 * cellWidth))
    .join('')
    .trimEnd();
}

function busiest(weekHours: TrafficCourse['weekHours']): string {
  const slots = weekHours.flatMap((day, weekday) =>
    day.map((events, hour) => ({ weekday, hour, events: events ?? 0 })),
  );
  const { weekday, hour, events } = slots.reduce((best, slot) => (slot.events > best.events ? slot : best));
  return `busiest ${weekdays[weekday]} ${String(hour).padStart(2, '0')}:00, with ${formatRate(events)} events an hour`;
}
