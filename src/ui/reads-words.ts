import type { RunSnapshot } from '../core/sync/snapshot.ts';
import { formatCompact, formatCounted, formatHitRate } from './format.ts';

type Serving = NonNullable<RunSnapshot['serving']>;

/** `2,013 reads/s, 97.0 % hits, 12 keys on their way`: how the reads of a joiner go that is under way. */
export function readsWords({ reads, readsPerSecond, recentHitRate, keysUnderWay }: Serving): string {
  if (reads === 0) return 'nobody reads yet';
  const parts = [
    readsPerSecond === undefined ? formatCounted(reads, 'read') : `${formatCompact(readsPerSecond)} reads/s`,
  ];
  if (recentHitRate !== undefined) parts.push(`${formatHitRate(recentHitRate)} hits`);
  if (keysUnderWay > 0)
    parts.push(`${formatCounted(keysUnderWay, 'key')} on ${keysUnderWay === 1 ? 'its' : 'their'} way`);
  return parts.join(', ');
}

/** `1,234,000 reads, 97.0 % of them hits`: of one that is over. */
export function allReadsWords({ reads, hits }: Serving): string {
  if (reads === 0) return 'nobody read';
  return `${formatCounted(reads, 'read')}, ${formatHitRate(hits / reads)} of them hits`;
}
