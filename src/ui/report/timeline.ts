import type { RunPicture } from '../../core/report/picture.ts';
import type { PhaseStretch } from '../../core/report/stretches.ts';
import { formatBytes, formatCount, formatDuration } from '../format.ts';
import { phaseLabels } from '../plain/words.ts';
import { type Figure, figureSection } from './figure.ts';
import { type Markup, markup } from './markup.ts';
import { areaOf, axes, momentHeight, moments, type PlotArea, type PlotSize, timeAcross } from './plot.ts';
import type { Scale } from './scale.ts';
import { table } from './table.ts';

const rowHeight = 24;
const headHeight = momentHeight + 4;

/** Which phase ran when, and when planned rows and all rows were there. */
export function timelineSection(picture: RunPicture): Markup {
  const rows = picture.phases.filter(({ fromMs }) => fromMs !== undefined);
  const height = headHeight + rows.length * rowHeight + 32;
  const figure: Figure = {
    id: 'timeline',
    title: 'Timeline of the run',
    lead: leadOf(picture),
    description: rows
      .map(
        ({ name, fromMs = 0, tookMs = 0 }) =>
          `${phaseLabels[name]} began after ${formatDuration(fromMs)} and took ${formatDuration(tookMs)}`,
      )
      .join('; '),
    height,
    draw: (size) =>
      draw(picture, rows, { ...areaOf(size, height), left: size.name === 'wide' ? 92 : 72 }, size),
    tables: phaseTable(picture),
    ...(rows.some(({ again }) => again)
      ? {
          note: 'The run had to connect anew: a phase stands where it ran last, and its time is that of all its tries.',
        }
      : {}),
  };
  return figureSection(figure);
}

function leadOf({ run, hotReadyMs, inSyncMs, endMs, buildMs }: RunPicture): string {
  if (run.command === 'prefetch')
    return run.outcome === 'done'
      ? `Planned rows were in the Prefetch Cache after ${formatDuration(endMs)}.`
      : `The run ended after ${formatDuration(endMs)}.`;
  const hot = hotReadyMs === undefined ? '' : `Planned rows were there after ${formatDuration(hotReadyMs)}. `;
  const all =
    inSyncMs === undefined
      ? `The run ended after ${formatDuration(endMs)}, before the joiner was in sync.`
      : `All rows were there, and proven equal, after ${formatDuration(inSyncMs)}.`;
  const followed =
    endMs > buildMs
      ? ` The joiner was then followed for ${formatDuration(endMs - buildMs)}, which is not drawn.`
      : '';
  return `${hot}${all}${followed}`;
}

function draw(picture: RunPicture, rows: readonly PhaseStretch[], given: PlotArea, size: PlotSize): Markup {
  const area = { ...given, top: momentHeight };
  const across = timeAcross(picture.buildMs, area);
  const upright: Scale = { at: () => 0, ticks: [] };
  return markup`${axes(area, across, upright, String)}${moments(area, across, picture)}${rows.map((phase, index) => bar(phase, headHeight + index * rowHeight, across, area, size))}`;
}

function bar(phase: PhaseStretch, y: number, across: Scale, area: PlotArea, size: PlotSize): Markup {
  const { name, state, fromMs = 0, toMs = 0, tookMs = 0, moved } = phase;
  const x = across.at(fromMs);
  const width = Math.max(2, across.at(toMs) - x);
  const took = `${signs[state]} ${formatDuration(tookMs)}`;
  const text = size.name === 'wide' && moved ? `${took}, ${formatBytes(moved.wireBytes)}` : took;
  const place = textPlace(x, width, text.length * 6.6, area);
  return markup`<g class="phase ${state}"><text class="name" x="${area.left - 8}" y="${y + 14}" text-anchor="end">${phaseLabels[name]}</text><rect class="kind-${name}" x="${x}" y="${y + 3}" width="${width}" height="${rowHeight - 8}" rx="2"/><text class="${place.inside ? 'inside' : 'beside'}" x="${place.x}" y="${y + 14.5}" text-anchor="${place.anchor}">${text}</text></g>`;
}

const signs: Readonly<Record<PhaseStretch['state'], string>> = {
  waiting: '·',
  running: '●',
  done: '✓',
  skipped: '↷',
  failed: '✗ failed,',
  stopped: '■ stopped,',
};

/** Beside its bar, where there is room for it; else in it. */
function textPlace(x: number, width: number, textWidth: number, { left, right }: PlotArea) {
  if (x + width + 6 + textWidth <= right) return { x: x + width + 6, anchor: 'start', inside: false };
  if (x - 6 - textWidth >= left) return { x: x - 6, anchor: 'end', inside: false };
  return { x: x + 6, anchor: 'start', inside: true };
}

function phaseTable({ phases }: RunPicture): Markup {
  const columns = [
    { title: 'Phase' },
    { title: 'State' },
    { title: 'Began after', isFigure: true },
    { title: 'Took', isFigure: true },
    { title: 'Rows', isFigure: true },
    { title: 'Bytes sent', isFigure: true },
  ];
  return table(
    'Phases of the run',
    columns,
    phases.map(({ name, state, fromMs, tookMs, moved }) => [
      phaseLabels[name],
      state,
      fromMs === undefined ? '-' : formatDuration(fromMs),
      tookMs === undefined ? '-' : formatDuration(tookMs),
      moved ? formatCount(moved.rows) : '-',
      moved ? formatBytes(moved.wireBytes) : '-',
    ]),
  );
}
