import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { formatBytes, formatCount, formatCounted, formatDuration, formatPercent } from '../format.ts';
import { printableRun } from './printable-run.ts';
import { currentPhase, phaseLabels, readsShare, totalRows } from './words.ts';

/**
 * What an ended run came to, in sentences for someone who never used foresync, one or two a line; safe to print. Why a
 * run failed is not in it: the command's error says that.
 */
export function summaryOf(snapshot: RunSnapshot): string[] {
  const run = printableRun(snapshot);
  if (run.outcome !== 'done') return unfinished(run);
  return run.command === 'prefetch' ? prefetched(run) : joined(run);
}

function joined(run: RunSnapshot): string[] {
  const joiner = run.joiner ?? 'the joiner';
  if (run.inSyncAtMs === undefined)
    return [`The run ended, but nothing proves that ${joiner} equals ${run.lead}.`];
  const rows = formatCounted(run.inSyncRows ?? 0, 'row');
  const lines = [
    `${joiner} holds ${run.table}: ${rows}, equal to ${run.lead} at watermark ${run.inSyncWatermark}.`,
  ];
  const everything = formatDuration(run.inSyncAtMs - run.startedAtMs);
  lines.push(hotSentence(run, everything) ?? `Everything was there after ${everything}.`);
  const smaller = smallerShare(run);
  if (smaller > 0)
    lines.push(
      `The snapshot was ${formatPercent(smaller)} smaller than the table: those rows had come before it.`,
    );
  lines.push(proofSentence(run));
  return lines;
}

function hotSentence(run: RunSnapshot, everything: string): string | undefined {
  if (!run.plan || run.hotReadyAtMs === undefined) return undefined;
  const hot = formatDuration(run.hotReadyAtMs - run.startedAtMs);
  return `Hot rows were there after ${hot} (${formatPercent(readsShare(run.plan))} of the expected reads); everything after ${everything}.`;
}

/** By rows, since the size of a table's file and that of its rows do not compare. */
function smallerShare({ byKind, inSyncRows, hotReadyAtMs }: RunSnapshot): number {
  if (!inSyncRows || hotReadyAtMs === undefined || byKind.snapshot.rows === 0) return 0;
  return 1 - byKind.snapshot.rows / inSyncRows;
}

function proofSentence({ backlog, byKind, verification }: RunSnapshot): string {
  const keys = formatCounted(byKind.delta.rows, 'key');
  const delta = `Delta Log: ${keys} in ${formatCounted(backlog?.round ?? 0, 'round')}.`;
  if (!verification) return delta;
  const { ranges, differences, repairedRows } = verification;
  const repaired = differences > 0 ? `, ${formatCounted(repairedRows, 'row')} repaired` : '';
  return `${delta} Verified ${formatCounted(ranges, 'range')}, ${formatCounted(differences, 'difference')}${repaired}.`;
}

function prefetched(run: RunSnapshot): string[] {
  const { rows, rawBytes } = run.byKind.cache;
  const shares = run.donors
    .filter((donor) => donor.rows > 0)
    .map(({ donor, rows }) => `${donor} ${formatCount(rows)}`);
  const where = shares.length > 0 ? ` (${shares.join(', ')})` : '';
  const lines = [
    `${formatCounted(rows, 'row')} of ${run.table} are in the Prefetch Cache${where}: ${formatBytes(rawBytes)}.`,
  ];
  if (run.plan) {
    const { missingKeys } = run.plan;
    const missing = missingKeys > 0 ? `; ${formatCounted(missingKeys, 'planned key')} had no row` : '';
    lines.push(
      `They cover ${formatPercent(readsShare(run.plan))} of the reads that the plan expects of its keys${missing}.`,
    );
  }
  lines.push(
    `It took ${formatDuration(run.atMs - run.startedAtMs)}. Capture goes on until add-replica, or prefetch --release.`,
  );
  return lines;
}

/** Nothing where nothing had moved: the error is all there is to say then. */
function unfinished(run: RunSnapshot): string[] {
  const { rows, wireBytes } = totalRows(run);
  if (rows === 0) return [];
  const phase = currentPhase(run);
  const what = run.outcome === 'stopped' ? 'Stopped' : 'Failed';
  const where = phase ? ` in phase ${phaseLabels[phase.name]}` : '';
  const share = phase?.share === undefined ? '' : `, ${formatPercent(phase.share)} of it done`;
  const lines = [`${what}${where} after ${formatDuration(run.atMs - run.startedAtMs)}${share}.`];
  const place = run.command === 'prefetch' ? 'stored' : `at ${run.joiner ?? 'the joiner'}`;
  lines.push(`${formatCounted(rows, 'row')} (${formatBytes(wireBytes)} sent) had arrived ${place}.`);
  if (run.command === 'add-replica')
    lines.push(`${run.joiner ?? 'The joiner'} is not in sync with ${run.lead}.`);
  return lines;
}
