import type { PlanReport } from '../core/plan/plan-report.ts';
import { rowKeyText } from '../core/row-key-text.ts';
import { printable } from '../core/text.ts';
import { clipCells, fitEndsCells } from './cells.ts';
import {
  formatBytes,
  formatCount,
  formatCounted,
  formatDuration,
  formatFraction,
  formatHitRate,
  formatInstant,
  formatReads,
  formatSpan,
} from './format.ts';
import type { Brush } from './metrics-paint.ts';

import { modelLines } from './plan-models.ts';
import { rowSentence } from './row-sentence.ts';
import { sparkline } from './theme.ts';

/** What a new plan holds and how it came about, for a terminal of 80 columns; safe to print. `file` is where it was written. */
export function planLines(report: PlanReport, file: string, brush: Brush): string[] {
  return [
    headline(report, brush),
    ...facts(report, brush).map(([name, text]) => `  ${brush.paint('quiet', name.padEnd(12))}${text}`),
    ...modelLines(report, brush),
    ...entryTable(report, brush),
    ...notes(report).map((note) => `  ${brush.paint('warning', brush.symbols.warning)} ${note}`),
    ...written(report, file, brush),
  ];
}

function headline({ keys, knownKeys }: PlanReport, { paint, symbols }: Brush): string {
  const sign = keys > 0 ? paint('good', symbols.done) : paint('warning', symbols.warning);
  return `${sign} ${paint('strong', `Planned ${formatCounted(keys, 'key')}`)} of the ${formatCount(knownKeys)} that are known`;
}

function facts(report: PlanReport, brush: Brush): [name: string, text: string][] {
  const { confidenceTenths } = report;
  const until = Date.parse(report.origin) + report.horizonMs;
  const rows: [string, string][] = [
    ...(report.group === undefined
      ? []
      : [
          ['group', `${printable(report.group, 28)}, table ${printable(report.table ?? '', 28)}`] as [
            string,
            string,
          ],
        ]),
    ['forecast', `${formatInstant(Date.parse(report.origin))} ${brush.arrow} ${formatInstant(until)}`],
    [
      'hit rate',
      `${formatHitRate(report.expectedHitRate)} of the reads expected of the group, ${formatCounted(Math.round(report.expectedReads), 'read')}`,
    ],
  ];
  if (report.bytes > 0) rows.push(['size', formatBytes(report.bytes)]);
  if (report.sizedFor) rows.push(['keys', sizedWords(report.sizedFor)]);
  const choice = choiceWords(report);
  if (choice !== '') rows.push(['keys', choice]);
  if (report.snapshot)
    rows.push(['order', `by reads per byte before the snapshot, ${snapshotWords(report.snapshot)}`]);
  if (report.keys > 0) {
    const spread = sparkline(confidenceTenths, 10, brush.theme);
    const drawn = brush.theme.plain ? '' : `0 ${spread} 1   `;
    rows.push([
      'confidence',
      `${drawn}${report.sizedFor ? 'no threshold' : `threshold ${report.minConfidence}`}`,
    ]);
    rows.push(...calibrationWords(report).map((words): [string, string] => ['', words]));
  }
  return rows;
}

function sizedWords({ rows, from }: NonNullable<PlanReport['sizedFor']>): string {
  const source = { flag: 'as said', run: 'as in the latest run' }[from];
  return `as many as are worth sending ahead of ${formatCounted(rows, 'row')} (${source})`;
}

function choiceWords({ chosen, worthless }: PlanReport): string {
  const unseen = chosen?.unseen ? ` (${formatCount(chosen.unseen)} never seen)` : '';
  return [
    ...(chosen
      ? [`${formatCount(chosen.pinned)} pinned${unseen}`, `${formatCount(chosen.excluded)} excluded`]
      : []),
    ...(worthless ? [`${formatCount(worthless)} not worth being sent early`] : []),
  ].join(', ');
}

function snapshotWords({ durationMs, from }: NonNullable<PlanReport['snapshot']>): string {
  const source = { flag: 'as said', runs: 'as in past runs', horizon: 'the horizon' }[from];
  return `${formatDuration(durationMs)} (${source})`;
}

function calibrationWords({ forecast, horizonMs }: PlanReport): string[] {
  if (forecast.calibration === 'none') return ['not calibrated, the history is too short: this is a guess'];
  const windows = formatCounted(forecast.calibrationWindows, 'earlier window');
  return [
    `calibrated on ${windows} of ${formatSpan(horizonMs)}`,
    ...(forecast.judgedBy === 'keys'
      ? ['by the decayed count: what is learned was judged by keys only']
      : []),
  ];
}

const keyWidth = 28;
const entryHeadings = ['entry', 'key', 'confidence', 'reads', 'first read at UTC', 'donor'];

function entryTable({ first, keys }: PlanReport, { paint, theme }: Brush): string[] {
  if (first.length === 0) return [];
  const heading = `   ${'KEY'.padEnd(keyWidth)} CONF. ${'READS'.padStart(8)}  FIRST READ (UTC)  DONOR`;
  const rows = first.map((entry, place) => {
    const key = printable(rowKeyText(entry.key), Number.POSITIVE_INFINITY);
    const confidence = formatFraction(entry.confidence);
    const reads = formatReads(entry.expectedReads);
    const at = formatInstant(Date.parse(entry.expectedAt)).replace(' UTC', '');
    const donor = entry.donor === undefined ? '-' : printable(entry.donor, 200);
    if (theme.plain)
      return rowSentence(entryHeadings, [String(place + 1), key, confidence, reads, at, donor]);
    const number = String(place + 1).padStart(2);
    return `${number} ${fitEndsCells(key, keyWidth, theme)} ${confidence} ${reads.padStart(8)}  ${at}  ${clipCells(donor, 12, theme)}`;
  });
  const rest = keys - first.length;
  const more = rest > 0 ? [`  ${paint('quiet', `and ${formatCounted(rest, 'more key', 'more keys')}`)}`] : [];
  const head = theme.plain ? [] : [`  ${paint('quiet', heading)}`];
  return ['', ...head, ...rows.map((row) => `  ${row}`), ...more];
}

function notes({
  keys,
  minConfidence,
  sizedFor,
  worthless,
  staleMs,
  horizonMs,
  assumedSizeBytes,
  model,
  forecast: { fellBack },
}: PlanReport): string[] {
  const found: string[] = [];
  if (keys === 0) {
    found.push(
      worthless
        ? 'Keys of enough confidence are written more than they would be read early.'
        : sizedFor
          ? 'No key is worth being sent ahead.'
          : `No key reaches a confidence of ${minConfidence}: lower --min-confidence.`,
    );
  }
  if (fellBack)
    found.push(`${printable(model, 20)} could forecast no key here: the decayed count stands for it.`);
  if (staleMs > horizonMs)
    found.push(`The history ends ${formatDuration(staleMs)} before the forecast begins.`);
  if (assumedSizeBytes !== undefined) {
    found.push(`Where no log gives a row's size, ${formatBytes(assumedSizeBytes)} are assumed.`);
  }
  return found;
}

function written({ keys, group }: PlanReport, file: string, { paint }: Brush): string[] {
  if (keys === 0 || file === '-') return [];
  return [
    '',
    `  ${paint('quiet', `Written to ${printable(file, 60)}.`)}`,
    ...(group === undefined
      ? [`  ${paint('quiet', 'What comes next needs a foresync.yaml that names the replicas.')}`]
      : []),
  ];
}
