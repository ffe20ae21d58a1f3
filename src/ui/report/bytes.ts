import type { KindBytes } from '../../core/report/bytes-over-time.ts';
import type { RunPicture } from '../../core/report/picture.ts';
import { formatByteRate, formatBytes, formatCount, formatDuration } from '../format.ts';
import { totalRows } from '../plain/words.ts';
import { figureSection, legendOf, missingSection } from './figure.ts';
import { type Markup, markup } from './markup.ts';
import { areaOf, axes, type PlotSize, timeAcross } from './plot.ts';
import { type Scale, valueScale } from './scale.ts';
import { fewOf, table } from './table.ts';

const height = 260;
const names: Readonly<Record<KindBytes['kind'], string>> = {
  cache: 'into the Prefetch Cache',
  hot: 'hot rows',
  snapshot: 'snapshot',
  delta: 'delta',
  repair: 'sent again',
  fetched: 'asked for by readers',
};

/** What travelled, one kind of rows upon the other. */
export function bytesSection(picture: RunPicture): Markup {
  const { course, run, buildMs } = picture;
  const title = 'Bytes by kind';
  const total = totalRows(run);
  if (!course || course.bytes.kinds.length === 0)
    return missingSection(
      'bytes',
      title,
      total.wireBytes === 0
        ? 'Nothing was sent.'
        : `${formatBytes(total.wireBytes)} were sent in all; how that went over time was not kept, as an earlier version of foresync ran it.`,
      undefined,
    );
  const { atMs, kinds } = course.bytes;
  const verb = run.command === 'prefetch' ? 'stored' : 'sent';
  return figureSection({
    id: 'bytes',
    title,
    lead: `${formatBytes(total.wireBytes)} were ${verb}, compressed from ${formatBytes(total.rawBytes)}: ${formatByteRate((total.wireBytes * 1000) / buildMs)} over all.`,
    description: kinds
      .map(({ kind, wireBytes }) => `${names[kind]} ${formatBytes(wireBytes.at(-1) ?? 0)}`)
      .join('; '),
    height,
    draw: (size) => draw(atMs, kinds, buildMs, size),
    legend: legendOf(
      kinds.map(({ kind, wireBytes }) => ({
        mark: `area kind-${kind}`,
        text: `${names[kind]}, ${formatBytes(wireBytes.at(-1) ?? 0)}`,
      })),
    ),
    tables: markup`${kindTable(picture, kinds)}${courseTable(atMs, kinds)}`,
  });
}

function draw(atMs: readonly number[], kinds: readonly KindBytes[], buildMs: number, size: PlotSize): Markup {
  const area = areaOf(size, height);
  const across = timeAcross(buildMs, area);
  const tops = stacked(kinds, atMs.length);
  const up = valueScale(tops.at(-1)?.at(-1) ?? 1, area.bottom, area.top, 1024);
  const floor = atMs.map(() => 0);
  const areas = kinds.map(({ kind }, index) => {
    const path = between(atMs, tops[index - 1] ?? floor, tops[index] ?? floor, across, up);
    return markup`<g class="area kind-${kind}"><path class="fill" d="${path}"/><path class="hatch" d="${path}"/></g>`;
  });
  return markup`${axes(area, across, up, formatBytes)}${areas}`;
}

/** For each kind, what it and all before it had come to at each moment. */
function stacked(kinds: readonly KindBytes[], moments: number): number[][] {
  let below = new Array<number>(moments).fill(0);
  return kinds.map(({ wireBytes }) => {
    below = below.map((bytes, index) => bytes + (wireBytes[index] ?? 0));
    return below;
  });
}

function between(
  atMs: readonly number[],
  low: readonly number[],
  high: readonly number[],
  across: Scale,
  up: Scale,
): string {
  const place = (values: readonly number[]) => (ms: number, index: number) =>
    `${across.at(ms)} ${up.at(values[index] ?? 0)}`;
  const there = atMs.map(place(high));
  const back = atMs.map(place(low)).reverse();
  return `M${[...there, ...back].join('L')}Z`;
}

function kindTable({ run }: RunPicture, kinds: readonly KindBytes[]): Markup {
  return table(
    'Rows and bytes by kind',
    [
      { title: 'Kind' },
      { title: 'Rows', isFigure: true },
      { title: 'Sent', isFigure: true },
      { title: 'Uncompressed', isFigure: true },
    ],
    kinds.map(({ kind }) => {
      const { rows, wireBytes, rawBytes } = run.byKind[kind];
      return [names[kind], formatCount(rows), formatBytes(wireBytes), formatBytes(rawBytes)];
    }),
  );
}

function courseTable(atMs: readonly number[], kinds: readonly KindBytes[]): Markup {
  return table(
    'Sent so far',
    [
      { title: 'After', isFigure: true },
      ...kinds.map(({ kind }) => ({ title: names[kind], isFigure: true })),
    ],
    fewOf(
      atMs.map((ms, index) => [
        formatDuration(ms),
        ...kinds.map(({ wireBytes }) => formatBytes(wireBytes[index] ?? 0)),
      ]),
    ),
  );
}
