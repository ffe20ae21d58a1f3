import type { RunValueName, ValueUnit } from '../core/metrics/run-values.ts';
import { formatBytes, formatCount, formatDuration, formatFraction, formatHitRate } from './format.ts';
import { unknown } from './metrics-words.ts';

export const valueLabels: Readonly<Record<RunValueName, string>> = {
  initialSync: 'initial sync time',
  hotReady: 'hot-ready after',
  expectedHitRate: 'expected of planned keys',
  planHitRate: 'reads of planned keys',
  replicaHitRate: 'hit rate',
  readyHalf: '50 % of reads hit from',
  readyNinety: '90 % of reads hit from',
  readyNinetyNine: '99 % of reads hit from',
  plannedKeys: 'planned keys',
  wastedKeys: 'planned, never read',
  wastedBytes: 'bytes never read',
  confidenceError: 'confidence off by',
  expectedTimeError: 'expected times off by',
  deltaKeys: 'Delta Log keys',
  deltaBytes: 'Delta Log bytes sent',
  deltaRounds: 'Delta Log rounds',
  tableRows: 'rows of the table',
  sentBytes: 'bytes sent to the joiner',
  donorBytes: 'bytes read at donors',
  donorCpu: 'CPU time at donors',
};

export function valueWords(value: number | undefined, unit: ValueUnit): string {
  if (value === undefined) return unknown;
  switch (unit) {
    case 'share':
      return formatHitRate(value);
    case 'ms':
      return formatDuration(value);
    case 'bytes':
      return formatBytes(value);
    case 'count':
      return formatCount(value);
  }
}

/** `+2.0 s`, `-1.3 points` of a share, `none` where both are alike; empty where it is not known. */
export function differenceWords(difference: number | undefined, unit: ValueUnit): string {
  if (difference === undefined) return '';
  const size = Math.abs(difference);
  const points = `${formatFraction(size * 100, 1)} points`;
  const words = unit === 'share' ? points : valueWords(size, unit);
  if (difference === 0 || (unit === 'share' && points === '0.0 points')) return 'none';
  return `${difference > 0 ? '+' : '-'}${words}`;
}
