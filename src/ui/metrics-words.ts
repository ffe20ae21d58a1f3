import type { RunReport } from '../core/metrics/run-report.ts';
import { printable } from '../core/text.ts';
import { formatCounted, formatDuration, formatHitRate, formatInstant } from './format.ts';
import type { Role, ShownState } from './theme.ts';

/** What is printed where a figure is not known. */
export const unknown = '-';

/** How a run ended, in words, with the sign and the role that go with them. */
export function outcomeOf(run: RunReport): { sign: ShownState; role: Role; words: string } {
  const { outcome, figures } = run;
  if (outcome === 'running')
    return { sign: 'running', role: 'active', words: 'running, or ended without a word' };
  if (outcome === 'stopped') return { sign: 'stopped', role: 'warning', words: 'stopped, can be resumed' };
  if (outcome === 'released') return { sign: 'done', role: 'quiet', words: 'released' };
  if (outcome === 'aborted') return { sign: 'stopped', role: 'quiet', words: 'aborted' };
  if (outcome === 'failed') {
    return {
      sign: 'failed',
      role: 'bad',
      words: `failed: ${printable(figures?.error ?? 'no reason was kept', 200)}`,
    };
  }
  if (run.command === 'prefetch') return { sign: 'done', role: 'good', words: 'planned rows are cached' };
  if (figures?.inSyncAtMs === undefined)
    return { sign: 'done', role: 'warning', words: 'done, not proven in sync' };
  return { sign: 'done', role: 'good', words: `in sync, ${verificationWords(run)}` };
}

/** What the comparison of the digests gave. */
export function verificationWords({ figures }: RunReport): string {
  const verification = figures?.verification;
  // Whoever goes on with a table that is in its place finds it proven.
  if (!verification) return figures?.inSyncAtMs === undefined ? 'not verified' : 'verified by an earlier try';
  const { differences, repairedRows } = verification;
  if (differences === 0) return 'verified equal';
  return `${formatCounted(differences, 'difference')} found, ${formatCounted(repairedRows, 'row')} repaired`;
}

/** The Delta Log as far as it was sent; undefined for a run that never came to it. */
export function deltaWords({ moved, deltaRounds }: NonNullable<RunReport['figures']>): string | undefined {
  if (deltaRounds === undefined) return undefined;
  return `Delta Log ${formatCounted(moved.delta.rows, 'key')} in ${formatCounted(deltaRounds, 'round')}`;
}

/** The kinds of rows that a run moved, in the order in which they come. */
export function movedKinds({ moved }: NonNullable<RunReport['figures']>) {
  return (['cache', 'hot', 'snapshot', 'delta', 'repair', 'fetched'] as const).filter(
    (kind) => moved[kind].rows > 0,
  );
}

export function hitRateOr(share: number | undefined): string {
  return share === undefined ? unknown : formatHitRate(share);
}

export function durationOr(ms: number | undefined): string {
  return ms === undefined ? unknown : formatDuration(ms);
}

/** `2026-01-02 10:11`, UTC, which the heading says. */
export function startedAt(ms: number): string {
  return formatInstant(ms).replace(' UTC', '');
}

/** The shortest beginnings of the ids, of eight characters or more, by which each can be told from the others. */
export function shortIds(ids: readonly string[]): string[] {
  const most = Math.max(8, ...ids.map((id) => id.length));
  for (let length = 8; length < most; length++) {
    const short = ids.map((id) => id.slice(0, length));
    if (new Set(short).size === ids.length) return short;
  }
  return [...ids];
}
