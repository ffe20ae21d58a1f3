import type { SimulatedJoin } from '../../core/simulate/simulate-join.ts';
import type { PageFrame } from '../analyze/page-frame.ts';
import {
  formatBytes,
  formatCompact,
  formatDuration,
  formatFraction,
  formatHitRate,
  formatPercent,
} from '../format.ts';
import { rowSentence } from '../row-sentence.ts';

const headings = ['ORDER', 'AHEAD', 'HIT RATE', '90 % THERE', 'HOT-READY', 'IN SYNC', 'SENT'] as const;
const widths = [14, 7, 9, 12, 12, 12, 9] as const;

/** A line for each simulated join, and what the columns are. */
export function joinLines(joins: readonly SimulatedJoin[], { brush }: PageFrame): string[] {
  const { paint, theme } = brush;
  const thresholds = new Set(joins.map(({ minConfidence }) => minConfidence));
  thresholds.delete(undefined);
  const cells = joins.map((join) => cellsOf(join, thresholds.size > 1));
  if (theme.plain) return cells.map((row) => `  ${rowSentence(headings, row)}`);
  const isSampled = joins.some(({ hitRateError }) => (hitRateError ?? 0) > 0);
  return [
    `  ${paint('quiet', line(headings))}`,
    ...cells.map((row, at) => {
      const text = line(row);
      return `  ${joins[at]?.order === 'foresync' ? paint('strong', text) : text}${isSampled ? `  ${errorOf(joins[at])}` : ''}`;
    }),
    '',
    `  ${paint('quiet', 'AHEAD: keys sent before the snapshot. 90 % THERE: when the rows that have')}`,
    `  ${paint('quiet', 'nine tenths of the reads had arrived. SENT: on the link.')}`,
    ...(isSampled
      ? [
          `  ${paint('quiet', '+/-: how far the hit rate of all keys may lie from that of the sample, by 95 %.')}`,
        ]
      : []),
  ];
}

function cellsOf(join: SimulatedJoin, tellsThreshold: boolean): string[] {
  const { order, minConfidence, hotKeys, hitRate, ready, hotReadyMs, inSyncMs, wireBytes } = join;
  const threshold =
    tellsThreshold && minConfidence !== undefined ? ` ${formatFraction(minConfidence, 2)}` : '';
  const time = (ms: number | undefined) => (ms === undefined ? '-' : formatDuration(ms));
  return [
    `${order}${threshold}`,
    hotKeys === 0 ? '-' : formatCompact(hotKeys),
    hitRate === undefined ? '-' : formatHitRate(hitRate),
    time(ready.ninetyMs),
    time(hotReadyMs),
    inSyncMs === undefined ? 'never' : formatDuration(inSyncMs),
    formatBytes(wireBytes.hot + wireBytes.snapshot + wireBytes.delta),
  ];
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, at) => (at === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[at] ?? 0)))
    .join('');
}

/** `+/-0.4 %`: what a sample leaves open. */
function errorOf(join: SimulatedJoin | undefined): string {
  const error = join?.hitRateError;
  return error === undefined ? '' : `+/-${formatPercent(error, 1)}`;
}
