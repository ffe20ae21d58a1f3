import type { PlanReport } from '../core/plan/plan-report.ts';
import type { RowKey } from '../core/row-key.ts';
import { printable } from '../core/text.ts';
import {
  formatBytes,
  formatCount,
  formatCounted,
  formatDuration,
  formatInstant,
  formatPercent,
} from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { bar, sparkline } from './theme.ts';

/** What a new plan holds and how it came about, for a terminal of 80 columns; safe to print. `file` is where it was written. */
export function planLines(report: PlanReport, file: string, brush: Brush): string[] {
  return [
    headline(report, brush),
    ...facts(report, brush).map(([name, text]) => `  ${brush.paint('quiet', name.padEnd(12))}${text}`),
    ...halfLifeLines(report, brush),
    ...entryTable(report, brush),
    ...notes(report, brush).map((note) => `  ${brush.paint('warning', brush.symbols.warning)} ${note}`),
    ...nextStep(report, file, brush),
  ];
}

function headline(
  { keys, knownKeys, group, table, forecast }: PlanReport,
  { paint, symbols }: Brush,
): string {
  const of = group === undefined ? '' : ` of ${printable(group, 40)}/${printable(table ?? '', 40)}`;
  const sign = keys > 0 ? paint('good', symbols.done) : paint('warning', symbols.warning);
  const by = forecast.arima.used > 0 ? 'decayed counts and ARIMA' : 'decayed counts';
  return `${sign} ${paint('strong', `Planned ${formatCounted(keys, 'key')}`)} of ${formatCount(knownKeys)} known${of}, by ${by}.`;
}

function facts(report: PlanReport, brush: Brush): [name: string, text: string][] {
  const { forecast, confidenceTenths } = report;
  const until = Date.parse(report.origin) + report.horizonMs;
  const rows: [string, string][] = [
    ['forecast', `${formatInstant(Date.parse(report.origin))} ${brush.arrow} ${formatInstant(until)}`],
    [
      'hit rate',
      `${formatPercent(report.expectedHitRate)} of the reads expected, ${formatCount(report.expectedReads)} reads`,
    ],
  ];
  if (report.bytes > 0) rows.push(['size', formatBytes(report.bytes)]);
  if (report.keys > 0) {
    const spread = sparkline(confidenceTenths, 10, brush.theme);
    rows.push([
      'confidence',
      `0 ${spread} 1   threshold ${report.minConfidence}, ${calibrationWords(report)}`,
    ]);
  }
  if (forecast.arima.tried > 0) rows.push(['ARIMA', arimaWords(report)]);
  return rows;
}

function calibrationWords({ forecast }: PlanReport): string {
  if (forecast.calibration === 'poisson') return 'not calibrated: the history is too short';
  return `calibrated on ${formatCounted(forecast.backtestWindows, 'earlier horizon')}`;
}

function arimaWords({ forecast: { arima } }: PlanReport): string {
  const failed =
    arima.failed > 0 ? `, ${formatCount(arima.failed)} failed (${printable(arima.failure ?? '', 60)})` : '';
  const sparse = arima.sparse > 0 ? `, ${formatCount(arima.sparse)} too sparse` : '';
  return `used on ${formatCount(arima.used)} of ${formatCount(arima.tried)} hot keys${sparse}${failed}; ${formatDuration(arima.ms)}`;
}

const barWidth = 24;

/** The half-lives of the backtest, side by side, so that one sees what the choice is worth. */
function halfLifeLines({ forecast }: PlanReport, { paint, theme, symbols }: Brush): string[] {
  const chosen = `${formatDuration(forecast.halfLifeMs)} half-life`;
  if (forecast.halfLives.length === 0) {
    return [
      '',
      `  ${chosen}, ${forecast.halfLifeFrom === 'tuned' ? 'as tuned' : 'by default: nothing to test it on'}`,
    ];
  }
  const from = forecast.halfLifeFrom === 'tuned' ? 'as tuned' : 'best of the backtest';
  return [
    '',
    `  ${paint('strong', `${chosen}, ${from}`)}${paint('quiet', ': reads the plan would have served')}`,
    ...forecast.halfLives.map(({ halfLifeMs, hitRate }) => {
      const taken = halfLifeMs === forecast.halfLifeMs;
      const line = `${formatDuration(halfLifeMs).padStart(13)} ${bar(hitRate, barWidth, theme)} ${formatPercent(hitRate, 1)}`;
      return taken ? `  ${paint('active', line)} ${symbols.done}` : `  ${line}`;
    }),
  ];
}

const keyWidth = 28;

function entryTable({ first, keys }: PlanReport, { paint }: Brush): string[] {
  if (first.length === 0) return [];
  const heading = `   ${'KEY'.padEnd(keyWidth)} CONF. ${'READS'.padStart(8)}  FIRST READ (UTC)  DONOR`;
  const rows = first.map((entry, place) => {
    const key = printable(keyText(entry.key), keyWidth).padEnd(keyWidth);
    const reads = entry.expectedReads.toFixed(entry.expectedReads < 100 ? 1 : 0).padStart(8);
    const at = formatInstant(Date.parse(entry.expectedAt)).replace(' UTC', '');
    const donor = printable(entry.donor ?? '-', 12);
    return `${String(place + 1).padStart(2)} ${key} ${entry.confidence.toFixed(3)} ${reads}  ${at}  ${donor}`;
  });
  const rest = keys - first.length;
  const more = rest > 0 ? [`  ${paint('quiet', `and ${formatCounted(rest, 'more key', 'more keys')}`)}`] : [];
  return ['', `  ${paint('quiet', heading)}`, ...rows.map((row) => `  ${row}`), ...more];
}

function keyText(key: RowKey): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}

function notes(
  { keys, minConfidence, staleMs, horizonMs, assumedSizeBytes }: PlanReport,
  _brush: Brush,
): string[] {
  const found: string[] = [];
  if (keys === 0) found.push(`No key reaches a confidence of ${minConfidence}: lower --min-confidence.`);
  if (staleMs > horizonMs)
    found.push(`The history ends ${formatDuration(staleMs)} before the forecast begins.`);
  if (assumedSizeBytes !== undefined) {
    found.push(`Where no log gives a row's size, ${formatBytes(assumedSizeBytes)} are assumed.`);
  }
  return found;
}

function nextStep({ keys }: PlanReport, file: string, { paint, arrow }: Brush): string[] {
  if (keys === 0 || file === '-') return [];
  const command = `foresync add-replica NAME --host user@host --store sqlite:PATH --plan ${shellWord(file)}`;
  return [
    '',
    `  ${paint('quiet', `written to ${printable(file)}; next:`)}`,
    `  ${paint('quiet', arrow)} ${command}`,
  ];
}

function shellWord(text: string): string {
  const safe = printable(text, 4096);
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`;
}
