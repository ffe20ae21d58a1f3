import type { SimulatedJoin } from '../../core/simulate/simulate-join.ts';
import type { PageFrame } from '../analyze/page-frame.ts';
import {
  formatBytes,
  formatCompact,
  formatCounted,
  formatDuration,
  formatFraction,
  formatHitRate,
  formatPercent,
} from '../format.ts';
import { rowSentence } from '../row-sentence.ts';
import { isFew } from './few-reads.ts';

const headings = ['ORDER', 'AHEAD', 'HIT RATE', '90 % THERE', 'HOT-READY', 'IN SYNC', 'SENT'] as const;
const widths = [14, 7, 9, 12, 12, 12, 9] as const;

/** A line for each simulated join that differs from the others, and what the columns are. `reads`: how many the hit rates are of. */
export function joinLines(all: readonly SimulatedJoin[], reads: number, { brush }: PageFrame): string[] {
  const { paint, theme } = brush;
  const thresholds = new Set(all.map(({ minConfidence }) => minConfidence));
  thresholds.delete(undefined);
  const alike = Map.groupBy(all, (join) =>
    JSON.stringify([join.order, ...cellsOf(join, '', reads).slice(1)]),
  );
  const groups = [...alike.values()];
  const joins = groups.flatMap((group) => group.slice(0, 1));
  const hasSeveral = groups.some(
    (group) => new Set(group.map(({ minConfidence }) => minConfidence)).size > 1,
  );
  const cells = groups.flatMap((group) => {
    const own = new Set(group.map(({ minConfidence }) => minConfidence));
    const [lowest] = [...own].flatMap((threshold) => threshold ?? []).toSorted((a, b) => a - b);
    const label =
      thresholds.size < 2 || lowest === undefined
        ? ''
        : ` ${formatFraction(lowest, 2)}${own.size > 1 ? '+' : ''}`;
    return group.slice(0, 1).map((join) => cellsOf(join, label, reads));
  });
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
    ...(hasSeveral ? [`  ${paint('quiet', '+: higher thresholds as well, which come to the same.')}`] : []),
    ...(isFew(reads)
      ? [
          `  ${paint('quiet', `~: of ${formatCounted(Math.round(reads), 'read')} alone, one of which moves it by ${formatPercent(Math.min(1, 1 / Math.max(1, reads)))}.`)}`,
        ]
      : []),
    ...(isSampled
      ? [
          `  ${paint('quiet', '+/-: how far the hit rate of all keys may lie from that of the sample, by 95 %.')}`,
        ]
      : []),
  ];
}

function cellsOf(join: SimulatedJoin, threshold: string, reads: number): string[] {
  const { order, hotKeys, hitRate, ready, hotReadyMs, inSyncMs, wireBytes } = join;
  const time = (ms: number | undefined) => (ms === undefined ? '-' : formatDuration(ms));
  return [
    `${order}${threshold}`,
    hotKeys === 0 ? '-' : formatCompact(hotKeys),
    hitRate === undefined ? '-' : rateWords(hitRate, reads),
    time(ready.ninetyMs),
    time(hotReadyMs),
    inSyncMs === undefined ? 'never' : formatDuration(inSyncMs),
    formatBytes(wireBytes.hot + wireBytes.snapshot + wireBytes.delta),
  ];
}

function rateWords(share: number, reads: number): string {
  return isFew(reads) ? `~${formatPercent(share)}` : formatHitRate(share);
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
