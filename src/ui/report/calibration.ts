import type { CalibrationBin } from '../../core/metrics/calibration.ts';
import type { RunPicture } from '../../core/report/picture.ts';
import { formatCount, formatFraction, formatPercent } from '../format.ts';
import { figureSection, legendOf, missingSection } from './figure.ts';
import { measureWords } from './hit-rate.ts';
import { type Markup, markup } from './markup.ts';
import { axes, type PlotArea, type PlotSize } from './plot.ts';
import { shareScale } from './scale.ts';
import { table } from './table.ts';

const title = 'Calibration';
const height = 320;
/** From this share on the log speaks for the whole group. */
const fullVolume = 0.98;
const fullCover = 0.9;

/** How the confidence of the plan came out. */
export function calibrationSection(picture: RunPicture): Markup {
  const { calibration, run, report } = picture;
  if (!calibration) {
    const why = !run.plan
      ? 'This run had no plan, so there is no confidence to set against what happened.'
      : report.cameTrue
        ? "The log that was measured has no read within the plan's horizon."
        : 'Whether the confidence of the plan came true is not known: no access log of the joiner was measured.';
    return missingSection('calibration', title, why, run.plan ? measureWords(picture) : undefined);
  }
  const { found, volumeShare, covered } = calibration;
  const notes = [
    ...(volumeShare !== undefined && volumeShare < fullVolume
      ? [
          `The log has ${formatPercent(volumeShare, 1)} of the reads expected of the whole group; the confidence is thinned to that share.`,
        ]
      : []),
    ...(covered < fullCover
      ? [`The log covers ${formatPercent(covered)} of the horizon, so more keys may yet be read.`]
      : []),
  ];
  return figureSection({
    id: 'calibration',
    title,
    lead: `Keys of like confidence are taken together: on the line as many of them were read as was said. The confidence was off by ${formatFraction(found.ece)} on average (ECE); Brier score ${formatFraction(found.brier)}.`,
    description: found.bins
      .map(
        (bin) =>
          `Of ${formatCount(bin.keys)} keys with a confidence of about ${formatPercent(bin.meanInLog)}, ${formatPercent(bin.readShare)} were read`,
      )
      .join('; '),
    height,
    wideWidth: 352,
    draw: (size) => draw(found.bins, size),
    legend: legendOf([
      { mark: 'line perfect', text: 'as said' },
      { mark: 'dots measured', text: 'as it came, the larger the more keys' },
    ]),
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
    tables: binTable(found.bins),
  });
}

function draw(bins: readonly CalibrationBin[], { width }: PlotSize): Markup {
  const left = 62;
  const right = Math.min(width - 14, left + height - 62);
  const area: PlotArea = { width, height, left, right, top: 14, bottom: height - 48 };
  const across = shareScale(area.left, area.right);
  const up = shareScale(area.bottom, area.top);
  const most = Math.max(1, ...bins.map(({ keys }) => keys));
  const places = bins.map((bin) => ({
    x: across.at(bin.meanInLog),
    y: up.at(bin.readShare),
    radius: Math.round(30 + 50 * Math.sqrt(bin.keys / most)) / 10,
  }));
  return markup`${axes(area, across, up, formatPercent, formatPercent)}<text class="axis-name" x="${area.right}" y="${height - 8}" text-anchor="end">confidence of the plan</text><text class="axis-name" x="${area.left + 6}" y="${area.top + 12}">share that was read</text><path class="line perfect" d="M${area.left} ${area.bottom}L${area.right} ${area.top}"/><path class="line measured" d="${places.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('')}"/><g class="dots measured">${places.map(({ x, y, radius }) => markup`<circle cx="${x}" cy="${y}" r="${radius}"/>`)}</g>`;
}

function binTable(bins: readonly CalibrationBin[]): Markup {
  return table(
    'Confidence and what happened',
    [
      { title: 'Confidence' },
      { title: 'Keys', isFigure: true },
      { title: 'Said', isFigure: true },
      { title: 'For this log', isFigure: true },
      { title: 'Read', isFigure: true },
    ],
    bins.map(({ from, to, keys, meanConfidence, meanInLog, readShare }) => [
      `${formatPercent(from)} to ${formatPercent(to)}`,
      formatCount(keys),
      formatPercent(meanConfidence, 1),
      formatPercent(meanInLog, 1),
      formatPercent(readShare, 1),
    ]),
  );
}
