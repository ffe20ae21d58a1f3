import type { RunSnapshot } from '../core/sync/snapshot.ts';
import { formatCount, formatCounted, formatEta } from './format.ts';

/** Later than this is no news. */
const soonMs = 60 * 60_000;

/** `12,300 keys, +1,200/s; budget full in 4 min 00 s`: what is in the Delta Log at the lead, and where that goes. */
export function deltaLogWords({
  keys,
  keysPerSecond,
  fullInMs,
}: NonNullable<RunSnapshot['deltaLog']>): string {
  return `${formatCounted(keys, 'key')}${growthWords(keysPerSecond)}${fullWords(fullInMs)}`;
}

/** The same without the keys; empty where it does not grow. */
export function growthOf(log: RunSnapshot['deltaLog']): string {
  return log ? `${growthWords(log.keysPerSecond)}${fullWords(log.fullInMs)}` : '';
}

function growthWords(keysPerSecond: number | undefined): string {
  const rounded = Math.round(keysPerSecond ?? 0);
  if (rounded === 0) return '';
  return `, ${rounded > 0 ? '+' : '-'}${formatCount(Math.abs(rounded))}/s`;
}

function fullWords(fullInMs: number | undefined): string {
  return fullInMs === undefined || fullInMs > soonMs ? '' : `; budget full in ${formatEta(fullInMs)}`;
}
