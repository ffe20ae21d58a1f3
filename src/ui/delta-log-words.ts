import type { PhaseName } from '../core/sync/events.ts';
import type { RunSnapshot } from '../core/sync/snapshot.ts';
import { formatCount, formatCounted, formatEta } from './format.ts';
import { currentPhase } from './plain/words.ts';

const telling: ReadonlySet<PhaseName> = new Set(['capture', 'snapshot', 'delta']);

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

/** The Delta Log of a run in a phase that hears of it again and again; in others what was heard last is old. */
export function currentLog(run: RunSnapshot): RunSnapshot['deltaLog'] {
  const phase = run.outcome === 'running' ? currentPhase(run)?.name : undefined;
  return phase !== undefined && telling.has(phase) ? run.deltaLog : undefined;
}

/** What `deltaLogWords` says, without the keys; empty where nothing is known of its growth. */
export function growthWordsOf(log: RunSnapshot['deltaLog']): string {
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
