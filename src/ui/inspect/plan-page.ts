import type { CurvePoint } from '../../core/plan/inspect/hit-rate-curve.ts';
import type { NamedCount, PlanInspection } from '../../core/plan/inspect/inspection-report.ts';
import { printable } from '../../core/text.ts';
import { clip, type PageFrame, row, textWidth } from '../analyze/page-frame.ts';
import { formatBytes, formatCount, formatCounted, formatHitRate, formatInstant } from '../format.ts';
import { entryLine, entrySentence, entryTable, headingLine } from './entry-cells.ts';
import { fateWords, leftOutWords, totalsWords } from './plan-words.ts';

const indent = 2;

/** What a plan holds and what edits would make of it; lines of the frame's width, safe to print. */
export function planPage(report: PlanInspection, frame: PageFrame): string[] {
  const { brush } = frame;
  const { header } = report;
  const sign = brush.paint('good', brush.symbols.done);
  const from = Date.parse(header.origin);
  const facts: [label: string, text: string][] = [
    ...(header.group === undefined
      ? []
      : [
          ['group', `${printable(header.group, 28)}, table ${printable(header.table ?? '', 28)}`] as [
            string,
            string,
          ],
        ]),
    ['forecast', `${formatInstant(from)} ${brush.arrow} ${endWords(from + header.horizonMs)}`],
    ['plan', totalsWords(report.plan)],
    ['threshold', String(header.minConfidence)],
    ...(report.plan.pinned > 0
      ? [['pinned', formatCounted(report.plan.pinned, 'key')] as [string, string]]
      : []),
    ...editFacts(report),
    ['donors', countWords(report.donors, 'without a donor')],
    ['models', countWords(report.models, '')],
  ];
  return [
    `${sign} ${brush.paint('strong', clip(printable(report.file, 4096), frame.width - indent, frame))}`,
    ...facts.map(([label, text]) => row(label, clip(text, textWidth(frame), frame), brush)),
    ...curveTable(report, frame),
    ...entryRows(report, frame),
  ];
}

function endWords(ms: number): string {
  return Number.isNaN(new Date(ms).getTime()) ? 'the end of time' : formatInstant(ms);
}

function editFacts({ edited }: PlanInspection): [string, string][] {
  if (!edited) return [];
  const left = leftOutWords(edited);
  const added = edited.added > 0 ? [`${formatCounted(edited.added, 'pinned key')} that it did not have`] : [];
  const rows: [string, string][] = [['edited', totalsWords(edited)]];
  if (left !== '') rows.push(['left out', left]);
  if (added.length > 0) rows.push(['added', added.join('')]);
  if (edited.assumedSizeBytes !== undefined)
    rows.push([
      '',
      `${formatCounted(edited.unknownSizes, 'row')} of unknown size count as ${formatBytes(edited.assumedSizeBytes)}`,
    ]);
  return rows;
}

const shownNames = 6;

function countWords(counts: readonly NamedCount[], nameless: string): string {
  const shown = counts
    .slice(0, shownNames)
    .map(
      ({ name, entries }) => `${name === undefined ? nameless : printable(name, 40)} ${formatCount(entries)}`,
    );
  const rest = counts.length - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(', ') || 'none';
}

/** The curve on the left, thresholds on the right. */
function curveTable({ curve, thresholds }: PlanInspection, { brush }: PageFrame): string[] {
  if (curve.points.length === 0) return [];
  if (brush.asSentences) return curveSentences(curve.points, thresholds);
  const cells = ({ keys, bytes, expectedHitRate }: CurvePoint) =>
    `${formatBytes(bytes).padStart(9)}${formatCount(keys).padStart(12)}${formatHitRate(expectedHitRate).padStart(8)}`;
  const heading = `${'BYTES'.padStart(9)}${'KEYS'.padStart(12)}${'RATE'.padStart(8)}`;
  const lines = Array.from({ length: Math.max(curve.points.length, thresholds.length) }, (_, at) => {
    const [point, threshold] = [curve.points[at], thresholds[at]];
    const left = point ? cells(point) : '';
    const right = threshold ? `${String(threshold.minConfidence).padStart(10)}${cells(threshold)}` : '';
    return `  ${left.padEnd(34)}${right}`.trimEnd();
  });
  return [
    '',
    brush.paint('strong', `  ${'Hit rate against bytes, best first'.padEnd(37)}Hit rate by threshold`),
    brush.paint('quiet', `  ${heading.padEnd(34)}${'THRESHOLD'.padStart(10)}${heading}`),
    ...lines,
  ];
}

function curveSentences(points: readonly CurvePoint[], thresholds: PlanInspection['thresholds']): string[] {
  const words = ({ keys, bytes, expectedHitRate }: CurvePoint) =>
    `${formatCounted(keys, 'key')} of ${formatBytes(bytes)}, hit rate ${formatHitRate(expectedHitRate)}.`;
  return [
    '',
    ...new Set(points.map((point) => `  The best ${words(point)}`)),
    ...thresholds.map((point) => `  Threshold ${point.minConfidence}: ${words(point)}`),
  ];
}

function entryRows({ entries, matching, header, view }: PlanInspection, frame: PageFrame): string[] {
  const { brush } = frame;
  const searched = view.search === undefined ? '' : ` with '${printable(view.search, 30)}'`;
  if (matching === 0)
    return ['', `  ${brush.paint('warning', brush.symbols.warning)} No entry${searched} is left to list.`];
  const table = entryTable(frame.width - indent, header.entries, frame, view);
  const rest = matching - entries.length;
  return [
    '',
    ...(brush.asSentences ? [] : [`  ${brush.paint('quiet', headingLine(table).trimEnd())}`]),
    ...entries.map(({ place, ...entry }) => {
      const mark = entry.pinned ? fateWords.pinned : '';
      const line = { place, entry, mark };
      return `  ${brush.asSentences ? entrySentence(line) : entryLine(line, table).trimEnd()}`;
    }),
    ...(rest > 0
      ? [`  ${brush.paint('quiet', `and ${formatCounted(rest, 'more entry', 'more entries')}${searched}`)}`]
      : []),
  ];
}
