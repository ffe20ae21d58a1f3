import type { Point } from '../../core/report/point.ts';
import { formatSpan } from '../format.ts';
import { type Markup, markup } from './markup.ts';
import { type Scale, timeScale } from './scale.ts';

/** How large a drawing is, in pixels of the page. Each is drawn for wide and for narrow windows, so that its texts keep their size. */
export interface PlotSize {
  name: 'wide' | 'narrow';
  width: number;
}

export const plotSizes: readonly PlotSize[] = [
  { name: 'wide', width: 820 },
  { name: 'narrow', width: 340 },
];

/** Where the values of a plot lie within its drawing. */
export interface PlotArea {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function areaOf({ name, width }: PlotSize, height = 240): PlotArea {
  const isWide = name === 'wide';
  return { width, height, left: isWide ? 72 : 62, right: width - 14, top: 14, bottom: height - 28 };
}

/** A level axis of time since the start of the run. */
export function timeAcross(maxMs: number, { left, right }: PlotArea): Scale {
  return timeScale(maxMs, left, right, right - left > 400 ? 8 : 4);
}

/** Level lines with their values, and the marks of time below. */
export function axes(
  area: PlotArea,
  across: Scale,
  up: Scale,
  valueText: (value: number) => string,
  acrossText = formatSpan,
): Markup {
  const { left, right, bottom } = area;
  return markup`<g class="axis">${up.ticks.map((value) => {
    const y = up.at(value);
    return markup`<path class="grid" d="M${left} ${y}H${right}"/><text x="${left - 8}" y="${y + 4}" text-anchor="end">${valueText(value)}</text>`;
  })}${across.ticks.map((value) => {
    const x = across.at(value);
    return markup`<path class="tick" d="M${x} ${bottom}v5"/><text x="${x}" y="${bottom + 20}" text-anchor="${anchorAt(x, area)}">${value === 0 ? '0' : acrossText(value)}</text>`;
  })}</g>`;
}

/** Texts at the edges stay within the drawing. */
export function anchorAt(x: number, { left, right }: PlotArea): 'start' | 'middle' | 'end' {
  if (x < left + 10) return 'start';
  return x > right - 24 ? 'end' : 'middle';
}

/** A value holds until the next one is known. */
export function stepPath(points: readonly Point[], across: Scale, up: Scale): string {
  return points
    .map(({ ms, value }, index) =>
      index === 0 ? `M${across.at(ms)} ${up.at(value)}` : `H${across.at(ms)}V${up.at(value)}`,
    )
    .join('');
}

/** What a plot with marked moments keeps free above its values, for their names. */
export const momentHeight = 34;

/** So far apart, names of two moments stand in one row. */
const nameRoom = 150;

/** When planned rows and all rows were there, from top to bottom, with their names above. */
export function moments(
  area: PlotArea,
  across: Scale,
  { hotReadyMs, inSyncMs }: { hotReadyMs: number | undefined; inSyncMs: number | undefined },
): Markup {
  const hot = hotReadyMs === undefined ? undefined : across.at(hotReadyMs);
  const all = inSyncMs === undefined ? undefined : across.at(inSyncMs);
  const row = hot !== undefined && all !== undefined && all - hot < nameRoom ? 1 : 0;
  return markup`${hot === undefined ? '' : moment(area, hot, 'hot-ready', 0)}${all === undefined ? '' : moment(area, all, 'in sync', row)}`;
}

function moment({ left, right, top, bottom }: PlotArea, x: number, name: string, row: number): Markup {
  const isLate = x > (left + right) / 2;
  const y = top - momentHeight + 12 + row * 15;
  return markup`<g class="moment"><path d="M${x} ${y - 9}V${bottom}"/><text x="${x + (isLate ? -5 : 5)}" y="${y}" text-anchor="${isLate ? 'end' : 'start'}">${name}</text></g>`;
}
