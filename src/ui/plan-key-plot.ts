import type { KeyReport } from '../core/plan/key-report.ts';
import { columnPlot, roundTop } from './analyze/column-plot.ts';
import { resample } from './analyze/resample.ts';
import { timeAxis } from './analyze/time-axis.ts';
import { formatRate, formatSpan } from './format.ts';
import type { Brush } from './metrics-paint.ts';

const pastWidth = 54;
const aheadWidth = 12;
const scaleWidth = 7;
const height = 6;

const units = [
  { ms: 86_400_000, word: 'a day' },
  { ms: 3_600_000, word: 'an hour' },
  { ms: 60_000, word: 'a minute' },
] as const;

/** The key's reads over the whole history and, beside them on the same scale but wider in time, those expected within the horizon. */
export function keyPlot(
  { past, ahead, horizonMs }: Pick<KeyReport, 'past' | 'ahead' | 'horizonMs'>,
  { paint, theme }: Brush,
): string[] {
  const { fromMs, stepMs, reads } = past;
  const toMs = fromMs + reads.length * stepMs;
  const columnMs = Math.max(stepMs, (toMs - fromMs) / pastWidth);
  const unit = units.find(({ ms }) => ms <= Math.max(columnMs, horizonMs / aheadWidth)) ?? units[2];
  const rateOf = (count: number, ms: number) => (count * unit.ms) / ms;
  const before = resample(
    reads.map((count) => rateOf(count, stepMs)),
    pastWidth,
  );
  const partMs = horizonMs / ahead.length;
  const after = resample(
    ahead.map((count) => rateOf(count, partMs)),
    aheadWidth,
  );
  const top = roundTop(Math.max(...before, ...after));
  if (theme.plain)
    return [
      `  reads ${unit.word}: ${formatRate(Math.max(...before))} at most so far, ${formatRate(Math.max(...after))} expected at most within ${formatSpan(horizonMs)}`,
    ];
  const [pastCells, aheadCells] = [before, after].map((values) => columnPlot(values, height, top, theme));
  const [line, labels] = timeAxis(fromMs, toMs, pastWidth, theme);
  const { axis } = theme;
  const rows = Array.from({ length: height }, (_, at) => {
    const mark = at === 0 ? top : at === height / 2 ? top / 2 : undefined;
    const label =
      mark === undefined
        ? axis.upright.padStart(scaleWidth + 1)
        : `${`${formatRate(mark)} `.padStart(scaleWidth)}${axis.mark}`;
    return `  ${paint('quiet', label)}${paint('active', pastCells?.[at] ?? '')} ${paint('quiet', axis.upright)}${paint('good', aheadCells?.[at] ?? '')}`;
  });
  const heading = `  reads ${unit.word}, UTC`;
  const left = ' '.repeat(2 + scaleWidth);
  return [
    `${paint('quiet', heading.padEnd(4 + scaleWidth + pastWidth + 1))}${paint('quiet', 'expected')}`,
    ...rows,
    paint('quiet', `${left}${axis.foot}${line} ${axis.foot}${axis.level.repeat(aheadWidth)}`),
    paint('quiet', `${left} ${labels.padEnd(pastWidth)}  next ${formatSpan(horizonMs)}`),
  ];
}
