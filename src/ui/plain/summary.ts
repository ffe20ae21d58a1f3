import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { answeredWords } from '../answered-words.ts';
import { formatBytes, formatCount, formatCounted, formatDuration, formatPercent } from '../format.ts';
import { keptWords, rangeWords } from '../promise-words.ts';
import { printableRun } from './printable-run.ts';
import { currentPhase, phaseLabels, phaseMs, readsShare, storedSize, totalRows } from './words.ts';

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
  const lines = [`${joiner} holds ${run.table}: ${standsAt(run)}.`];
  const everything = formatDuration(run.inSyncAtMs - run.startedAtMs);
  lines.push(hotSentence(run, everything) ?? `Everything was there after ${everything}.`);
  lines.push(...promiseSentence(run), ...staleSentence(run));
  const smaller = smallerShare(run);
  if (smaller > 0)
    lines.push(
      `The snapshot was ${formatPercent(smaller, 1)} smaller than the table: those rows had come before it.`,
    );
  lines.push(proofSentence(run), ...servedSentence(run), ...followedSentence(run), ...pausedSentence(run));
  return lines;
}

/** What it holds at the end of the run, which may be long after its proof. */
function standsAt({ follow, inSyncRows = 0, inSyncWatermark, lead }: RunSnapshot): string {
  const rows = formatCounted(follow?.rows ?? inSyncRows, 'row');
  if (!follow) return `${rows}, equal to ${lead} at watermark ${inSyncWatermark}`;
  if (follow.keysWaiting === 0) return `${rows}, equal to ${lead} at watermark ${follow.watermark}`;
  const keys = formatCounted(follow.keysWaiting, 'key');
  return `${rows}, followed to watermark ${follow.watermark} of ${lead}, ${keys} behind it`;
}

function followedSentence(run: RunSnapshot): string[] {
  if (!run.follow) return [];
  const phase = run.phases.find(({ name }) => name === 'follow');
  const ms = phase && phaseMs(phase, run);
  const how = ms === undefined ? '' : ` for ${formatDuration(ms)}, until it was stopped`;
  return [
    `It was proven equal at watermark ${run.inSyncWatermark}, ${formatCounted(run.inSyncRows ?? 0, 'row')}, and followed from there${how}.`,
  ];
}

function servedSentence({ serving }: RunSnapshot): string[] {
  if (!serving) return [];
  if (serving.reads === 0) return [`Nobody read at ${serving.address}.`];
  const { notLogged } = serving;
  const logged =
    notLogged > 0
      ? [`Its log of reads lacks ${formatCounted(notLogged, 'read')}: the disk did not take them.`]
      : [];
  return [`${answeredWords(serving)}.`, ...logged];
}

function pausedSentence({ pausedMs }: RunSnapshot): string[] {
  return pausedMs > 0 ? [`For ${formatDuration(pausedMs)} of its time it was paused.`] : [];
}

function hotSentence(run: RunSnapshot, everything: string): string | undefined {
  if (!run.plan) return undefined;
  if (run.resumed && run.phases.some(({ name, state }) => name === 'hot' && state === 'skipped'))
    return `Hot rows had their turn in the earlier run; everything else was there after ${everything}.`;
  if (run.hotReadyAtMs === undefined) return undefined;
  const hot = formatDuration(run.hotReadyAtMs - run.startedAtMs);
  return `Hot rows were there after ${hot} (${formatPercent(readsShare(run.plan))} of the expected reads); everything after ${everything}.`;
}

function promiseSentence({ promise, inSyncAtMs, startedAtMs }: RunSnapshot): string[] {
  if (!promise || inSyncAtMs === undefined) return [];
  return [
    `In sync was promised in ${rangeWords(promise.inSync)}: ${keptWords(promise.inSync, inSyncAtMs - startedAtMs)}.`,
  ];
}

/** What followers gave and the lead replaced; repairs by the verification are told with it. */
function staleSentence({ byKind, verification, lead }: RunSnapshot): string[] {
  const rows = byKind.repair.rows - (verification?.repairedRows ?? 0);
  if (rows <= 0) return [];
  const words = rows === 1 ? 'was stale and was' : 'were stale and were';
  return [`${formatCounted(rows, 'row')} that followers gave ${words} sent again by ${lead}.`];
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
  const { rows } = run.byKind.cache;
  const shares = run.donors
    .filter((donor) => donor.rows > 0)
    .map(({ donor, rows }) => `${donor} ${formatCount(rows)}`);
  const where = shares.length > 0 ? ` (${shares.join(', ')})` : '';
  const lines = [
    `${formatCounted(rows, 'row')} of ${run.table} ${rows === 1 ? 'is' : 'are'} in the Prefetch Cache${where}.`,
    `Stored: ${storedSize(run.byKind.cache)}.`,
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
  const total = totalRows(run);
  const { rows } = total;
  if (rows === 0) return [];
  const phase = currentPhase(run);
  const what = run.outcome === 'stopped' ? 'Stopped' : 'Failed';
  const where = phase ? ` in phase ${phaseLabels[phase.name]}` : '';
  const share = phase?.share === undefined ? '' : `, ${formatPercent(phase.share)} of it done`;
  const lines = [`${what}${where} after ${formatDuration(run.atMs - run.startedAtMs)}${share}.`];
  if (run.command === 'prefetch')
    return [...lines, `${formatCounted(rows, 'row')} had been stored: ${storedSize(total)}.`];
  const joiner = run.joiner ?? 'the joiner';
  return [
    ...lines,
    `${formatCounted(rows, 'row')} (${formatBytes(total.wireBytes)} sent) had arrived at ${joiner}.`,
    run.inSyncAtMs === undefined
      ? `This run has not brought ${joiner} in sync with ${run.lead}.`
      : `${joiner} was in sync with ${run.lead} at watermark ${run.follow?.watermark ?? run.inSyncWatermark}.`,
  ];
}
