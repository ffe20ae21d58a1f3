import { printable } from '../core/text.ts';
import { formatBytes, formatCounted, formatInstant, formatPercent } from './format.ts';

interface Warmed {
  rows: number;
  pages: number;
  bytes: number;
  by: 'pg_prewarm' | 'reads';
}

/** `1,000 planned rows, 1.2 MiB read into memory` */
export function warmedWords({ rows, pages, bytes, by }: Warmed): string {
  const read = pages === 0 ? 'all in memory already' : `${formatBytes(bytes)} read into memory`;
  return `${formatCounted(rows, 'planned row')}, ${read}${by === 'pg_prewarm' ? ' with pg_prewarm' : ''}`;
}

/** `99.1 % of 12,345 pages were found in memory since 2026-01-01 08:41` */
export function bufferWords({
  sinceMs,
  hits,
  reads,
}: {
  sinceMs: number;
  hits: number;
  reads: number;
}): string {
  const asked = hits + reads;
  if (asked === 0) return `no page was asked for since ${formatInstant(sinceMs)}`;
  return `${formatPercent(hits / asked, 1)} of ${formatCounted(asked, 'page')} found in memory since ${formatInstant(sinceMs)}`;
}

/** Why nothing is known of the buffers today. */
export function withoutBufferWords(why: string): string {
  return `not known: ${printable(why, 200)}`;
}
