import type { MsRange, RunPromise } from '../core/sync/events.ts';
import { formatCounted, formatDuration, formatEtaRange } from './format.ts';

/** `hot-ready in 2 to 4 s, in sync in 10 to 15 s, by 3 earlier runs` */
export function promiseWords({
  hotReady,
  inSync,
  from,
  runs,
}: Omit<RunPromise, 'hotReady'> & { hotReady?: MsRange | undefined }): string {
  const hot = hotReady ? `hot-ready in ${rangeWords(hotReady)}, ` : '';
  const ground = from === 'runs' ? `by ${formatCounted(runs, 'earlier run')}` : "by foresync's usual rates";
  return `${hot}in sync in ${rangeWords(inSync)}, ${ground}`;
}

export function rangeWords({ leastMs, mostMs }: MsRange): string {
  return formatEtaRange(leastMs, mostMs);
}

/** How what was promised came: `kept`, `2.0 s later`, `1.4 s sooner`. */
export function keptWords({ leastMs, mostMs }: MsRange, cameMs: number): string {
  if (cameMs > mostMs) return `${formatDuration(cameMs - mostMs)} later`;
  if (cameMs < leastMs) return `${formatDuration(leastMs - cameMs)} sooner`;
  return 'kept';
}
