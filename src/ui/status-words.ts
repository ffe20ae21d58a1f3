import type { RunStanding, Standing } from '../core/sync/run-standing.ts';
import type { RunSnapshot } from '../core/sync/snapshot.ts';
import { printable, shortId } from '../core/text.ts';
import { formatBytes, formatCounted, formatDuration, formatInstant, formatPercent } from './format.ts';
import { currentPhase, etaWords, lagWords, limitWords, phaseLabels, totalRows } from './plain/words.ts';
import type { Role, ShownState } from './theme.ts';

/** What the words of a status are about: when they are said, and what a command needs to find the same state file. */
export interface StatusView {
  nowMs: number;
  /** ` --state FILE`, or nothing where the usual file is meant. */
  stateOption: string;
}

const signs: Readonly<Record<Standing, { sign: ShownState; role: Role }>> = {
  running: { sign: 'running', role: 'active' },
  died: { sign: 'failed', role: 'bad' },
  stopped: { sign: 'stopped', role: 'warning' },
  failed: { sign: 'failed', role: 'bad' },
  done: { sign: 'done', role: 'good' },
  released: { sign: 'done', role: 'quiet' },
  aborted: { sign: 'stopped', role: 'quiet' },
};

export function signOf({ standing }: RunStanding): { sign: ShownState; role: Role } {
  return signs[standing];
}

/** `add-replica eu-west`, safe to print. */
export function nameOf({ command, joiner }: RunStanding, maxLength = 30): string {
  return joiner === undefined ? command : `${command} ${printable(joiner, maxLength)}`;
}

/** How it stands, in words: `running`, `its process died 2 min 03 s ago`. */
export function standingWords(standing: RunStanding, { nowMs }: StatusView): string {
  const ago = (ms: number) => `${formatDuration(Math.max(0, nowMs - ms))} ago`;
  const endedMs = standing.endedMs ?? standing.lastSignMs;
  switch (standing.standing) {
    case 'running': {
      const running = `running for ${formatDuration(Math.max(0, nowMs - standing.startedMs))}`;
      const pausedSinceMs = standing.run?.pausedSinceMs;
      if (pausedSinceMs === undefined) return running;
      return `${running}, paused for ${formatDuration(Math.max(0, nowMs - pausedSinceMs))}`;
    }
    case 'died':
      return `its process died ${ago(standing.lastSignMs)}`;
    case 'done':
      return standing.command === 'prefetch' ? `cached ${ago(endedMs)}` : `in sync ${ago(endedMs)}`;
    default:
      return `${standing.standing} ${ago(endedMs)}`;
  }
}

/** Where it is, or was when it ended: `snapshot 43 %, 430,000 rows, 86.0 MiB, ETA 4 s`. */
export function whereWords(run: RunSnapshot, isRunning: boolean): string {
  const phase = currentPhase(run);
  const { rows, wireBytes } = totalRows(run);
  const parts: string[] = [];
  if (phase) {
    const share = phase.share === undefined ? '' : ` ${formatPercent(phase.share)}`;
    parts.push(`${phaseLabels[phase.name]}${share}`);
    if (phase.name === 'follow' && run.follow && isRunning) parts.push(lagWords(run.follow));
  }
  if (rows > 0) parts.push(formatCounted(rows, 'row'), formatBytes(wireBytes));
  if (isRunning && run.limit) parts.push(`limit ${limitWords(run.limit)}`);
  const eta = isRunning ? etaWords(run) : undefined;
  if (eta !== undefined) parts.push(`ETA ${eta}`);
  return parts.length === 0 ? 'nothing has moved' : parts.join(', ');
}

/** The next sensible commands; empty where there is nothing to do. */
export function nextCommands(standing: RunStanding, { stateOption }: StatusView): string[] {
  const command = (name: string) => `foresync ${name} ${shortId(standing.id)}${stateOption}`;
  if (standing.isHeld) return [`foresync prefetch --release${stateOption}`];
  if (standing.standing === 'running')
    return [
      ...(standing.run?.pausedSinceMs === undefined ? [] : [command('throttle resume')]),
      command('abort'),
    ];
  return [
    ...(standing.canResume && standing.request ? [command('resume')] : []),
    ...(standing.canAbort && standing.request ? [command('abort')] : []),
  ];
}

/** Until when the Delta Log of a prefetch runs on; undefined where that was not kept. */
export function heldWords({ request, endedMs }: RunStanding, { nowMs }: StatusView): string | undefined {
  if (request?.command !== 'prefetch' || endedMs === undefined) return undefined;
  const untilMs = endedMs + request.keepMs;
  return untilMs > nowMs
    ? `Its Delta Log runs on until ${formatInstant(untilMs)}.`
    : `Its Delta Log has noted nothing since ${formatInstant(untilMs)}, but is still there.`;
}
