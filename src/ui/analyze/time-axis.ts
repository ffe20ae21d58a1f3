import { formatInstant, formatUtcClock } from '../format.ts';
import type { Theme } from '../theme.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Marked moments: so many of a unit apart, beginning where the unit does in UTC. */
interface Spacing {
  aboutMs: number;
  next: (ms: number) => number;
  label: (ms: number) => string;
}

const spacings: Spacing[] = [
  ...[1, 5, 10, 30, 60, 180, 360, 720].map((minutes) => every(minutes * minuteMs, formatUtcClock)),
  ...[1, 2, 7, 14].map((days) => every(days * dayMs, dayOfYear, days < 7 ? 0 : 4 * dayMs)),
  ...[1, 3, 6, 12, 24, 60, 120, 600].map(months),
];

/** Cells between two labels at least. */
const room = 3;

/**
 * Two lines under a plot of `width` columns over the time between two moments, UTC: the axis with its marks, and the labels under
 * them. The marks are as close as the labels allow.
 */
export function timeAxis(fromMs: number, toMs: number, width: number, { axis }: Theme): [string, string] {
  const columnMs = (toMs - fromMs) / width;
  const spacing =
    spacings.find(({ aboutMs, label }) => aboutMs / columnMs >= label(fromMs).length + room) ??
    (spacings.at(-1) as Spacing);
  const line = new Array<string>(width).fill(axis.level);
  let labels = '';
  for (let ms = spacing.next(fromMs); ms < toMs; ms = spacing.next(ms + 1)) {
    const column = Math.floor((ms - fromMs) / columnMs);
    const text = spacing.label(ms);
    if (column < labels.length || column + text.length > width) continue;
    line[column] = axis.tick;
    labels = `${labels.padEnd(column)}${text} `;
  }
  return [line.join(''), labels.trimEnd()];
}

function every(ms: number, label: Spacing['label'], originMs = 0): Spacing {
  return { aboutMs: ms, next: (from) => Math.ceil((from - originMs) / ms) * ms + originMs, label };
}

function months(count: number): Spacing {
  return {
    aboutMs: count * 30 * dayMs,
    next: (fromMs) => {
      const from = new Date(fromMs);
      const month = from.getUTCFullYear() * 12 + from.getUTCMonth();
      const first = Math.ceil(month / count) * count;
      const begin = (at: number) => Date.UTC(Math.floor(at / 12), at % 12);
      return begin(first) >= fromMs ? begin(first) : begin(first + count);
    },
    label: (ms) => formatInstant(ms).slice(0, count < 12 ? 7 : 4),
  };
}

/** `Mon 3 Nov` */
function dayOfYear(ms: number): string {
  const [weekday = '', day, month = ''] = new Date(ms).toUTCString().split(/,? /);
  return `${weekday} ${Number(day)} ${month}`;
}
