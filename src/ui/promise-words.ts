import type { MsRange, RunPromise } from '../core/sync/events.ts';
import { formatCounted, formatDuration, formatEtaRange, shownRange } from './format.ts';

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

/** `2 to 4 s`, `3 s or less`. */
export function rangeWords({ leastMs, mostMs }: MsRange): string {
  const shown = shownRange(leastMs, mostMs);
  return `${formatEtaRange(leastMs, mostMs)}${shown && shown.least === undefined ? ' or less' : ''}`;
}

/** How what was promised came, by the figures that were shown: `kept`, `kept, 1.4 s sooner`, `2.0 s later`. */
export function keptWords({ leastMs, mostMs }: MsRange, cameMs: number): string {
  const shown = shownRange(leastMs, mostMs);
  const lastMs = shown ? shown.most * shown.unitMs : mostMs;
  if (cameMs > lastMs) return `${formatDuration(cameMs - lastMs)} later`;
  const firstMs = shown?.least === undefined ? 0 : shown.least * shown.unitMs;
  return cameMs < firstMs ? `kept, ${formatDuration(firstMs - cameMs)} sooner` : 'kept';
}
