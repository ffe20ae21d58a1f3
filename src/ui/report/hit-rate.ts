import type { MeasuredStep } from '../../core/report/hit-rate.ts';
import type { RunPicture } from '../../core/report/picture.ts';
import type { Point } from '../../core/report/point.ts';
import { formatCount, formatDuration, formatHitRate, formatPercent } from '../format.ts';
import { figureSection, legendOf, missingSection } from './figure.ts';
import { type Content, type Markup, markup } from './markup.ts';
import { areaOf, axes, momentHeight, moments, type PlotSize, stepPath, timeAcross } from './plot.ts';
import { type Scale, shareScale } from './scale.ts';
import { fewOf, table } from './table.ts';

const height = 270;

/** The share of reads that find their row, while the joiner is built: expected by the plan, and measured. */
export function hitRateSection(picture: RunPicture): Markup {
  const { expected, measured, missing } = picture.hitRate;
  const title = 'Hit rate against time';
  if (expected.length === 0 && !measured) {
    const why = picture.run.plan
      ? 'How this run went over time was not kept: an earlier version of foresync ran it.'
      : 'This run had no plan, so nothing was expected of it, and no access log of the joiner was measured.';
    return missingSection('hit-rate', title, why, measureWords(picture));
  }
  const before = expected.findLast(({ value }) => value < 1);
  return figureSection({
    id: 'hit-rate',
    title,
    lead: [
      before === undefined
        ? 'The share of reads that found their row at the joiner. '
        : `With the planned rows alone ${formatHitRate(before.value)} of the reads were expected to find their row${picture.inSyncMs === undefined ? '' : '; from in sync on all do'}. `,
      measured ? 'Circles are what a log of the joiner says, the larger the more reads.' : undefined,
    ],
    description: `Expected ${before === undefined ? 'nothing' : formatHitRate(before.value)} before in sync.${measured ? ` ${measured.length} measured steps of time.` : ' Nothing was measured.'}`,
    height,
    draw: (size) => draw(picture, size),
    legend: legendOf([
      ...(expected.length > 0
        ? [{ mark: 'line expected', text: 'expected by the plan, by the rows that were there' }]
        : []),
      ...(measured ? [{ mark: 'dots measured', text: "measured, by the joiner's access log" }] : []),
    ]),
    ...(missing ? { note: missingWords(picture, missing) } : {}),
    tables: markup`${expected.length > 0 ? expectedTable(expected) : ''}${measured ? measuredTable(measured, 'Measured hit rate') : ''}`,
  });
}

function draw(picture: RunPicture, size: PlotSize): Markup {
  const { expected, measured = [] } = picture.hitRate;
  const area = { ...areaOf(size, height), top: momentHeight + 6 };
  const across = timeAcross(Math.max(picture.buildMs, measured.at(-1)?.toMs ?? 0), area);
  const up = shareScale(area.bottom, area.top);
  return markup`${axes(area, across, up, formatPercent)}${moments(area, across, picture)}<path class="line expected" d="${stepPath(expected, across, up)}"/>${measuredDots(measured, across, up)}`;
}

/** A circle a step of time, in the middle of it. */
export function measuredDots(steps: readonly MeasuredStep[], across: Scale, up: Scale): Markup {
  const most = Math.max(1, ...steps.map(({ reads }) => reads));
  return markup`<g class="dots measured">${steps.map(({ fromMs, toMs, reads, hits }) => {
    const radius = Math.round(20 + 40 * Math.sqrt(reads / most)) / 10;
    return markup`<circle cx="${across.at((fromMs + toMs) / 2)}" cy="${up.at(hits / reads)}" r="${radius}"/>`;
  })}</g>`;
}

function expectedTable(points: readonly Point[]): Markup {
  return table(
    'Expected hit rate',
    [
      { title: 'After', isFigure: true },
      { title: 'Expected', isFigure: true },
    ],
    fewOf(points).map(({ ms, value }) => [formatDuration(ms), formatHitRate(value)]),
  );
}

export function measuredTable(steps: readonly MeasuredStep[], caption: string): Markup {
  return table(
    caption,
    [
      { title: 'From', isFigure: true },
      { title: 'To', isFigure: true },
      { title: 'Reads', isFigure: true },
      { title: 'Found their row', isFigure: true },
      { title: 'Hit rate', isFigure: true },
    ],
    steps.map(({ fromMs, toMs, reads, hits }) => [
      formatDuration(fromMs),
      formatDuration(toMs),
      formatCount(reads),
      formatCount(hits),
      formatHitRate(hits / reads),
    ]),
  );
}

function missingWords(picture: RunPicture, missing: NonNullable<RunPicture['hitRate']['missing']>): Content {
  const why = {
    'no-log': 'What came true is not known: no access log of the joiner was measured.',
    'measured-before': 'An earlier version of foresync measured this run, without times.',
    'no-reads': 'The log that was measured has no read while the joiner was built, or shortly after.',
  }[missing];
  return [why, ' ', measureWords(picture)];
}

/** How to get what only a log of the joiner tells. */
export function measureWords({ report }: RunPicture): Content {
  if (report.command === 'prefetch') return undefined;
  const id = report.id.slice(0, 8);
  return [
    'To get it: ',
    markup`<code>foresync metrics ${id} --log FILE</code>`,
    ', with an access log of the joiner, and then ',
    markup`<code>foresync report ${id} --replace</code>`,
    '.',
  ];
}
