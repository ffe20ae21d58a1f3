import type { PhaseName, RunEvent } from '../../core/sync/events.ts';
import type { RowCount, RunSnapshot } from '../../core/sync/snapshot.ts';
import { printable } from '../../core/text.ts';
import { currentLog, deltaLogWords } from '../delta-log-words.ts';
import {
  formatByteRate,
  formatBytes,
  formatClock,
  formatCounted,
  formatDuration,
  formatHitRate,
  formatPercent,
} from '../format.ts';
import { warmedWords } from '../metrics-buffers.ts';
import { promiseWords } from '../promise-words.ts';
import { readsWords } from '../reads-words.ts';
import { printableRun } from './printable-run.ts';
import {
  currentPhase,
  etaWords,
  lagWords,
  limitWords,
  phaseLabels,
  phaseMs,
  phaseRows,
  readsShare,
} from './words.ts';

/** What is said of an event; undefined for those that only move figures. Safe to print. */
export interface EventWords {
  text: string;
  isWarning: boolean;
}

/** The line that an event deserves where lines are all there is; undefined for those that only move figures. */
export function eventLine(event: RunEvent, snapshot: RunSnapshot): string | undefined {
  const words = eventWords(event, snapshot);
  return words && stamped(event.atMs, `${words.isWarning ? 'warning: ' : ''}${words.text}`);
}

/** `snapshot` is the run after the event. */
export function eventWords(event: RunEvent, snapshot: RunSnapshot): EventWords | undefined {
  const text = eventText(event, printableRun(snapshot));
  const isWarning =
    (event.type === 'note' && event.level === 'warning') ||
    (event.type === 'donor' && event.state === 'lost');
  return text === undefined ? undefined : { text, isWarning };
}

/** Where the current phase stands: `[12:03:04] snapshot  43 %  430,000 rows  86.0 MiB sent  21.0 MiB/s  ETA 4 s`. */
export function progressLine(snapshot: RunSnapshot): string | undefined {
  const phase = currentPhase(snapshot);
  if (!phase || snapshot.outcome !== 'running') return undefined;
  const parts = [phaseLabels[phase.name]];
  if (phase.share !== undefined) parts.push(formatPercent(phase.share));
  if (phase.name === 'delta' && snapshot.backlog) {
    parts.push(`round ${snapshot.backlog.round}`, `${formatCounted(snapshot.backlog.keys, 'key')} waiting`);
  }
  if (phase.name === 'follow' && snapshot.follow) parts.push(lagWords(snapshot.follow));
  const moved = phaseRows(phase.name, snapshot);
  if (moved) {
    parts.push(...movedTexts(phase.name, moved));
    if (phase.name !== 'cache') parts.push(formatByteRate(snapshot.wireBytesPerSecond));
    if (snapshot.limit) parts.push(`limit ${limitWords(snapshot.limit)}`);
  }
  if (snapshot.serving) parts.push(readsWords(snapshot.serving));
  const log = currentLog(snapshot);
  if (log && log.keys > 0) parts.push(`Delta Log ${deltaLogWords(log)}`);
  const eta = etaWords(snapshot);
  if (eta !== undefined) parts.push(`ETA ${eta}`);
  if (snapshot.pausedSinceMs !== undefined)
    parts.push(`paused for ${formatDuration(snapshot.atMs - snapshot.pausedSinceMs)}`);
  if (parts.length === 1) parts.push(`running for ${formatDuration(phaseMs(phase, snapshot) ?? 0)}`);
  return stamped(snapshot.atMs, parts.join('  '));
}

function eventText(event: RunEvent, run: RunSnapshot): string | undefined {
  switch (event.type) {
    case 'start': {
      if (run.joiner === undefined) return `${run.command}  ${run.table} at ${run.lead}`;
      return `${run.command}  ${run.table}: ${run.joiner} joins ${run.lead}`;
    }
    case 'resumed':
      return run.resumed
        ? `resumed  ${formatCounted(event.rows, 'row')} of an earlier run are there`
        : `goes on  ${formatCounted(event.rows, 'row')} are there`;
    case 'plan':
      return `plan  ${formatCounted(event.keys, 'key')}, expected hit rate ${formatHitRate(event.expectedHitRate)}`;
    case 'table':
      return `table  about ${formatCounted(event.rowsEstimate, 'row')}, ${formatBytes(event.sizeBytes)}`;
    case 'phase':
      return phaseText(event, run);
    case 'donor':
      return event.state === 'lost' ? `donor ${printable(event.donor, 60)} is lost` : undefined;
    case 'promise':
      return `promised  ${promiseWords(event)}`;
    case 'hot-ready':
      return (
        run.plan && `hot-ready  ${formatPercent(readsShare(run.plan))} of the expected reads are covered`
      );
    case 'verified': {
      const { ranges, differences } = event;
      return `verified  ${formatCounted(ranges, 'range')}, ${formatCounted(differences, 'difference')}`;
    }
    case 'warmed':
      return `warmed  ${warmedWords(event)}`;
    case 'in-sync':
      return `in sync  ${formatCounted(event.rows, 'row')}, watermark ${event.watermark}`;
    case 'hook':
      return event.state === 'running' || event.state === 'done'
        ? `--on-${event.hook}  ${event.state}`
        : undefined;
    case 'note':
      return printable(event.text, 400);
    default:
      return undefined;
  }
}

function phaseText(event: Extract<RunEvent, { type: 'phase' }>, run: RunSnapshot): string {
  const label = phaseLabels[event.phase];
  const phase = run.phases.find(({ name }) => name === event.phase);
  const ms = phase && phaseMs(phase, run);
  if (event.state === 'running') return `${label}  running`;
  if (event.state === 'skipped' || ms === undefined) return `${label}  ${event.state}`;
  const parts = [
    label,
    event.state === 'done' ? `done in ${formatDuration(ms)}` : `failed after ${formatDuration(ms)}`,
  ];
  const moved = phaseRows(event.phase, run);
  if (moved && moved.rows > 0) parts.push(...movedTexts(event.phase, moved));
  return parts.join('  ');
}

/** Rows of the Prefetch Cache stay on their donor; all others travel. A key of the Delta Log may be one whose row is gone. */
function movedTexts(phase: PhaseName, { rows, wireBytes }: RowCount): string[] {
  const what = formatCounted(rows, phase === 'delta' ? 'key' : 'row');
  return [what, `${formatBytes(wireBytes)} ${phase === 'cache' ? 'stored' : 'sent'}`];
}

/** A line with the time of day before it. */
export function stamped(atMs: number, text: string): string {
  return `[${formatClock(atMs)}] ${text}`;
}
