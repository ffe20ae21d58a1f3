import type { RunStanding } from '../core/sync/run-standing.ts';
import type { RunSnapshot } from '../core/sync/snapshot.ts';
import { printable } from '../core/text.ts';
import { currentLog, deltaLogWords } from './delta-log-words.ts';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatCounted,
  formatDuration,
  formatInstant,
  formatPercent,
} from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { fact } from './metrics-run.ts';
import { printableRun } from './plain/printable-run.ts';
import {
  etaWords,
  lagWords,
  limitWords,
  phaseLabels,
  phaseMs,
  phaseRows,
  type RunPhase,
  shownState,
} from './plain/words.ts';
import { allReadsWords, readsWords } from './reads-words.ts';
import { rowSentence } from './row-sentence.ts';
import { heldWords, nameOf, nextCommands, type StatusView, signOf, standingWords } from './status-words.ts';
import { wrapWords } from './wrap-words.ts';

const shownNotes = 5;
const margin = 6;

/** All that is known of how one run stands, for 80 columns. */
export function statusOfRun(standing: RunStanding, view: StatusView, brush: Brush): string[] {
  const { sign, role } = signOf(standing);
  const run = standing.run && printableRun(standing.run);
  const { process, continuedBy } = standing;
  return [
    '',
    brush.theme.plain
      ? `${nameOf(standing)}, ${standingWords(standing, view)}.`
      : `${brush.paint(role, brush.symbols[sign])} ${brush.paint('strong', nameOf(standing))}  ${brush.paint(role, standingWords(standing, view))}`,
    fact('run', printable(standing.id, 60), brush),
    fact('group', `${printable(standing.group, 26)}, table ${printable(standing.table, 26)}`, brush),
    fact('started', formatInstant(standing.startedMs), brush),
    ...(process ? [fact('process', `${process.pid} at ${printable(process.host, 40)}`, brush)] : []),
    ...(continuedBy === undefined ? [] : [fact('gone on with by', printable(continuedBy, 60), brush)]),
    ...(run
      ? runFacts(run, standing, brush)
      : ['', '  How far it came was kept by another version of foresync.']),
    ...(standing.isHeld ? indented([heldWords(standing, view) ?? ''], brush) : []),
    ...nextLines(standing, view, brush),
  ];
}

function runFacts(run: RunSnapshot, { standing }: RunStanding, brush: Brush): string[] {
  const { plan, backlog, verification } = run;
  const log = currentLog(run);
  const after = (atMs: number) => `after ${formatDuration(atMs - run.startedAtMs)}`;
  const lines = [...phaseTable(run, brush), ''];
  const eta = standing === 'running' ? etaWords(run) : undefined;
  if (eta !== undefined) lines.push(fact('phase ends in', eta, brush));
  if (standing === 'running' && run.limit) lines.push(fact('limit', limitWords(run.limit), brush));
  if (plan)
    lines.push(
      fact(
        'planned keys',
        `${formatCounted(plan.arrivedKeys, 'key')} of ${formatCount(plan.keys)} have arrived`,
        brush,
      ),
      fact('hot-ready', run.hotReadyAtMs === undefined ? 'not yet' : after(run.hotReadyAtMs), brush),
    );
  if (backlog)
    lines.push(fact('backlog', `${formatCounted(backlog.keys, 'key')}, round ${backlog.round}`, brush));
  if (log && standing === 'running') lines.push(fact('Delta Log', deltaLogWords(log), brush));
  if (verification)
    lines.push(
      fact(
        'verified',
        `${formatCounted(verification.ranges, 'range')}, ${formatCounted(verification.differences, 'difference')}`,
        brush,
      ),
    );
  if (run.serving) lines.push(...readFacts(run.serving, standing === 'running', brush));
  if (run.inSyncAtMs !== undefined) lines.push(fact('in sync', after(run.inSyncAtMs), brush));
  if (run.follow) lines.push(fact('followed', followWords(run.follow, standing === 'running'), brush));
  for (const [index, { donor, host, state, rows, wireBytes, answerMs }] of run.donors.entries())
    lines.push(
      fact(
        index === 0 ? 'donors' : '',
        `${donor.slice(0, 20)} (${host.slice(0, 20)}) ${state}, ${formatCounted(rows, 'row')}, ${formatBytes(wireBytes)}${answerMs === undefined ? '' : `, answers in ${formatDuration(answerMs)}`}`.slice(
          0,
          60,
        ),
        brush,
      ),
    );
  const notes = run.notes.slice(-shownNotes).map(({ atMs, text }) => `${formatClock(atMs)} ${text}`);
  if (notes.length > 0) lines.push('', ...indented(notes, brush));
  if (run.error !== undefined) lines.push('', ...indented([run.error], brush));
  return lines;
}

function readFacts(serving: NonNullable<RunSnapshot['serving']>, isRunning: boolean, brush: Brush): string[] {
  const { address, log } = serving;
  return [
    fact('reads', isRunning ? readsWords(serving) : allReadsWords(serving), brush),
    ...(isRunning ? [fact('answered at', address.slice(0, 60), brush)] : []),
    ...(log ? [fact('log of reads', `${log.file} (${log.host})`.slice(0, 60), brush)] : []),
  ];
}

function followWords(follow: NonNullable<RunSnapshot['follow']>, isRunning: boolean): string {
  if (isRunning) return lagWords(follow);
  const rows = follow.rows === undefined ? '' : `, ${formatCounted(follow.rows, 'row')}`;
  return `to watermark ${follow.watermark}${rows}`;
}

const headings = ['PHASE', 'STATE', 'TOOK', 'SHARE', 'ROWS', 'SENT'];

function phaseTable(run: RunSnapshot, brush: Brush): string[] {
  const row = (cells: readonly string[]) => {
    const [phase = '', state = '', took = '', share = '', rows = '', bytes = ''] = cells;
    if (brush.asSentences) return `  ${rowSentence(headings, cells)}`;
    return `  ${phase.padEnd(10)} ${state.padEnd(9)} ${took.padStart(12)} ${share.padStart(7)} ${rows.padStart(16)} ${bytes.padStart(11)}`;
  };
  return [
    '',
    ...(brush.asSentences ? [] : [brush.paint('quiet', row(headings))]),
    ...run.phases.map((phase) => row(phaseCells(phase, run))),
  ];
}

function phaseCells(phase: RunPhase, run: RunSnapshot): string[] {
  const ms = phaseMs(phase, run);
  const moved = phaseRows(phase.name, run);
  return [
    phaseLabels[phase.name],
    shownState(phase, run),
    ms === undefined ? '' : formatDuration(ms),
    phase.share === undefined ? '' : formatPercent(phase.share),
    moved && moved.rows > 0 ? formatCounted(moved.rows, 'row') : '',
    moved && moved.rows > 0 ? formatBytes(moved.wireBytes) : '',
  ];
}

function nextLines(standing: RunStanding, view: StatusView, brush: Brush): string[] {
  const commands = nextCommands(standing, view);
  if (commands.length === 0) return [];
  return ['', ...commands.map((command) => `${brush.next} ${command}`)];
}

function indented(texts: readonly string[], { width }: Brush): string[] {
  return wrapWords(texts, width - margin).map((line) => `  ${line}`);
}
