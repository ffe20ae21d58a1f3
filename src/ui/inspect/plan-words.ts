import type { Fate, PlanTotals } from '../../core/plan/inspect/plan-outcome.ts';
import { formatBytes, formatCount, formatCounted, formatFraction, formatHitRate } from '../format.ts';

/** A word for what becomes of an entry, at most 8 characters. */
export const fateWords: Readonly<Record<Fate, string>> = {
  kept: '',
  pinned: 'pinned',
  excluded: 'excluded',
  'below-threshold': 'unsure',
  'past-budget': 'no room',
};

/** `1,000,000 keys, 249 MiB, hit rate 81.2 %` */
export function totalsWords({ entries, bytes, expectedHitRate }: PlanTotals): string {
  return [
    formatCounted(entries, 'key'),
    ...(bytes > 0 ? [formatBytes(bytes)] : []),
    `hit rate ${formatHitRate(expectedHitRate)}`,
  ].join(', ');
}

/** `-1,234 keys, -12.3 MiB, hit rate -0.4 points` */
export function changeWords(from: PlanTotals, to: PlanTotals): string {
  const keys = to.entries - from.entries;
  const bytes = to.bytes - from.bytes;
  const points = (to.expectedHitRate - from.expectedHitRate) * 100;
  return [
    `${signOf(keys)}${formatCounted(Math.abs(keys), 'key')}`,
    ...(bytes === 0 ? [] : [`${signOf(bytes)}${formatBytes(Math.abs(bytes))}`]),
    `hit rate ${pointsWords(points)}`,
  ].join(', ');
}

/** `+1.2 points`; never 0 for what is more than nothing. */
export function pointsWords(points: number): string {
  const size = Math.abs(points);
  const text = size > 0 && size < 0.05 ? '<0.1' : formatFraction(size, 1);
  return `${signOf(points)}${text} points`;
}

function signOf(value: number): string {
  return value < 0 ? '-' : '+';
}

/** `3 excluded, 12 unsure, 7 without room` */
export function leftOutWords(outcome: {
  excluded: number;
  belowThreshold: number;
  pastBudget: number;
}): string {
  const { excluded, belowThreshold, pastBudget } = outcome;
  return [
    ...(excluded > 0 ? [`${formatCount(excluded)} excluded`] : []),
    ...(belowThreshold > 0 ? [`${formatCount(belowThreshold)} below the threshold`] : []),
    ...(pastBudget > 0 ? [`${formatCount(pastBudget)} past the budget`] : []),
  ].join(', ');
}
