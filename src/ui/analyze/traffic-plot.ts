import type { TrafficProfile } from '../../core/history/traffic/profile.ts';
import { formatCounted, formatRate } from '../format.ts';
import { columnPlot, roundTop } from './column-plot.ts';
import { labelWidth, type PageFrame, row, scaledTo, textWidth } from './page-frame.ts';
import { resample } from './resample.ts';
import { timeAxis } from './time-axis.ts';

/** In fewer steps there is no course to see. */
const leastSteps = 4;

const units = [
  { ms: 86_400_000, word: 'a day' },
  { ms: 3_600_000, word: 'an hour' },
  { ms: 60_000, word: 'a minute' },
] as const;

/** Events over time, over the whole width; nothing for a history of less than four steps. */
export function trafficPlot({ course }: TrafficProfile, frame: PageFrame): string[] {
  if (!course || course.timeline.reads.length < leastSteps) return [];
  const { timeline, span } = course;
  const { brush } = frame;
  const width = textWidth(frame);
  const height = scaledTo(frame, 6, 8);
  const { fromMs, stepMs } = timeline;
  const toMs = fromMs + timeline.reads.length * stepMs;
  const unit = units.find(({ ms }) => ms <= Math.max(stepMs, (toMs - fromMs) / width)) ?? units[2];
  const rates = timeline.reads.map((reads, step) => {
    const begin = fromMs + step * stepMs;
    // The first and the last step may lie outside the history in part; from less than half of one no rate is made.
    const coveredMs = Math.min(begin + stepMs, span.toMs) - Math.max(begin, span.fromMs);
    return ((reads + (timeline.writes[step] ?? 0)) * unit.ms) / Math.max(coveredMs, stepMs / 2);
  });
  const heading = `events ${unit.word}, UTC, ${formatRate(Math.max(...rates))} at most${strayWords(span.strayEvents)}`;
  if (brush.theme.plain) return [row('Traffic', heading, brush)];
  const columns = resample(rates, width);
  const top = roundTop(Math.max(...columns));
  const [line, labels] = timeAxis(fromMs, toMs, width, brush.theme);
  const lines = columnPlot(columns, height, top, brush.theme).map((cells, index) => {
    const mark = index === 0 ? top : index === height / 2 ? top / 2 : undefined;
    return `${scale(mark, frame)}${brush.paint('active', cells)}`;
  });
  return [
    row('Traffic', brush.paint('quiet', heading), brush),
    ...lines,
    brush.paint('quiet', `${' '.repeat(labelWidth + 1)}${brush.theme.axis.foot}${line}`),
    `${' '.repeat(labelWidth + 2)}${brush.paint('quiet', labels)}`,
  ];
}

/** The room left of the columns: a value and its mark, or the bare axis. */
function scale(value: number | undefined, { brush: { paint, theme } }: PageFrame): string {
  const label = value === undefined ? '' : `${formatRate(value)} `;
  const sign = value === undefined ? theme.axis.upright : theme.axis.mark;
  return paint('quiet', `${label.padStart(labelWidth + 1)}${sign}`);
}

function strayWords(events: number): string {
  return events === 0 ? '' : `; ${formatCounted(events, 'event')} far outside`;
}
