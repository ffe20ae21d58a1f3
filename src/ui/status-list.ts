import type { RunStanding } from '../core/sync/run-standing.ts';
import { shortId } from '../core/text.ts';
import { fitCells } from './cells.ts';
import { formatCounted, formatDuration } from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { printableRun } from './plain/printable-run.ts';
import {
  heldWords,
  nameOf,
  nextCommands,
  type StatusView,
  signOf,
  standingWords,
  whereWords,
} from './status-words.ts';
import { wrapWords } from './wrap-words.ts';

const margin = 5;

/** What a list of runs is made of; each newest first. */
export interface StatusGroups {
  running: RunStanding[];
  /** Stopped, failed or dead, with something left. */
  unfinished: RunStanding[];
  /** Prefetches that wait for an add-replica. */
  held: RunStanding[];
  /** Tries that ended before anything had begun. */
  refused: RunStanding[];
  /** All others. */
  ended: RunStanding[];
}

export function groupStandings(standings: readonly RunStanding[]): StatusGroups {
  const groups: StatusGroups = { running: [], unfinished: [], held: [], refused: [], ended: [] };
  for (const one of standings) {
    if (one.standing === 'running') groups.running.push(one);
    else if (one.canAbort) groups.unfinished.push(one);
    else if (one.isHeld) groups.held.push(one);
    else if (one.wasRefused) groups.refused.push(one);
    else groups.ended.push(one);
  }
  return groups;
}

/** All runs that matter, for the brush's width. */
export function statusList(groups: StatusGroups, view: StatusView, brush: Brush): string[] {
  const section = (title: string, runs: readonly RunStanding[], lines: (run: RunStanding) => string[]) =>
    runs.length === 0 ? [] : ['', `  ${brush.paint('quiet', title)}`, ...runs.flatMap(lines)];
  const whole = (run: RunStanding) => [headline(run, view, brush), ...detail(run, view, brush)];
  return [
    ...(groups.running.length === 0 ? ['', 'Nothing runs.'] : []),
    ...section('RUNNING', groups.running, whole),
    ...section('LEFT UNFINISHED', groups.unfinished, whole),
    ...section('HELD AT THE DONORS', groups.held, whole),
    ...section('ENDED', groups.ended, (run) => [headline(run, view, brush)]),
    ...refusedLines(groups.refused, view, brush),
  ];
}

/** One sentence for all of them: they have changed nothing. */
function refusedLines(
  [newest, ...others]: readonly RunStanding[],
  view: StatusView,
  { width }: Brush,
): string[] {
  if (!newest) return [];
  const count = formatCounted(others.length + 1, 'try', 'tries');
  const which = others.length === 0 ? '' : 'the last ';
  const run = newest.run && printableRun(newest.run);
  const ago = formatDuration(Math.max(0, view.nowMs - (newest.endedMs ?? newest.lastSignMs)));
  const text = `${count} ended before anything had begun, ${which}${ago} ago${run?.error ? `: ${run.error}` : '.'}`;
  return ['', ...wrapWords([text], width - margin).map((line) => `  ${line}`)];
}

function headline(run: RunStanding, view: StatusView, brush: Brush): string {
  const { sign, role } = signOf(run);
  const words =
    run.continuedBy && run.standing !== 'aborted'
      ? `gone on with by ${shortId(run.continuedBy)}`
      : standingWords(run, view);
  // The words say how it stands; a sign in words would say it again, and not as well.
  if (brush.theme.plain) return `${shortId(run.id)}: ${nameOf(run, 60)}, ${words}.`;
  const name = brush.asSentences ? nameOf(run, 60) : fitCells(nameOf(run), 28, brush.theme);
  return `${brush.paint(role, brush.symbols[sign])} ${shortId(run.id)}  ${name}  ${brush.paint(role, words)}`;
}

function detail(standing: RunStanding, view: StatusView, brush: Brush): string[] {
  const run = standing.run && printableRun(standing.run);
  const texts = standing.isHeld
    ? [heldWords(standing, view)]
    : [run && whereWords(run, standing.standing === 'running'), run?.error];
  const next = nextCommands(standing, view);
  return [
    ...wrapWords(
      texts.filter((text) => text !== undefined),
      brush.width - margin,
    ).map((line) => `    ${line}`),
    ...(standing.standing === 'running'
      ? []
      : next.map((command) => `    ${brush.paint('quiet', brush.next)} ${command}`)),
  ];
}
