import type { HitCount } from '../core/metrics/replica-reads.ts';
import { formatCount, formatCounted, formatHitRate } from './format.ts';

/** `It answered 933 of 1,508 reads by itself (61.9 %)` */
export function answeredWords({ reads, hits }: HitCount): string {
  return `It answered ${formatCount(hits)} of ${formatCounted(reads, 'read')} by itself (${formatHitRate(hits / reads)})`;
}
