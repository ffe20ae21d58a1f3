import type { KeyFeature } from '../core/forecast/explain/key-features.ts';
import type { KeyReport } from '../core/plan/key-report.ts';
import {
  formatBytes,
  formatCount,
  formatFraction,
  formatPercent,
  formatRate,
  formatReads,
  formatSpan,
} from './format.ts';
import { modelWords } from './plan-model-words.ts';

/** `95.3`, `1,234`, `0.04`: reads, which are often less than one. */
export const readsWords = formatReads;

/** Whether the key is planned, and why or why not, in one line of at most 76 characters. */
export function standingWords({ standing, confidence, knownKeys }: KeyReport): string {
  const { place, entries, why, minConfidence, budgetKeys, budgetBytes } = standing;
  const limits = [
    ...(budgetKeys === undefined ? [] : [`${formatCount(budgetKeys)} keys`]),
    ...(budgetBytes === undefined ? [] : [formatBytes(budgetBytes)]),
  ].join(' and ');
  const at = place === undefined ? '' : `${formatCount(place)} of ${formatCount(entries)}`;
  return {
    pinned: `Planned as entry ${at}: it is pinned`,
    chosen: `Planned as entry ${at} (${formatCount(knownKeys)} keys are known)`,
    excluded: 'Not planned: it is excluded',
    'below-threshold': `Not planned: confidence ${formatFraction(confidence)} is below the threshold ${minConfidence}`,
    worthless: 'Not planned: its writes would cost more than its early reads are worth',
    'behind-budget': `Not planned: ${formatCount(entries)} better keys fill the budget of ${limits}`,
  }[why];
}

/** A feature's value: an age as a time, a size in bytes. */
export function valueWords({ value, unit }: KeyFeature, horizonMs: number): string {
  if (value === null) return unit === 'horizons' ? 'never' : 'unknown';
  if (unit === 'horizons') return formatSpan(Math.max(0, value * horizonMs));
  if (unit === 'bytes') return formatBytes(value);
  return value < 0 ? formatFraction(value, 2) : formatRate(value);
}

/** Ties larger than this say that the value is nothing special. */
const commonShare = 0.3;

/** `top 2 %`, `lowest 5 %`, `as 90 % of keys`. */
export function rankWords({ above, same }: KeyFeature): string {
  if (same >= commonShare) return `as ${formatPercent(same)} of keys`;
  const middle = above + same / 2;
  if (middle <= 0.5) return `top ${atLeast(above + same)}`;
  return `lowest ${atLeast(1 - above)}`;
}

function atLeast(share: number): string {
  return share <= 0.001 ? '0.1 %' : share < 0.1 ? formatPercent(share, 1) : formatPercent(share);
}

/** What decides the key's place, in lines of at most 76 characters. */
export function reasonWords({ contributions, chosen, rank, knownKeys }: KeyReport): string[] {
  const place = `It is number ${formatCount(rank)} of ${formatCount(knownKeys)} keys by expected reads`;
  if (!contributions) return [`${place},`, `ordered by ${modelWords(chosen)} alone.`];
  const { averageReads, forestReads } = contributions;
  return [
    `${place}. By the forests, an`,
    `average key is read ${readsWords(averageReads)} times, this one ${readsWords(forestReads)} times. What moves it most:`,
  ];
}

const signals = { short: 'reads 0.5H', long: 'reads 4H', any: 'accesses 0.25H' } as const;

/** A feature's name as it is shown, at most 48 characters; a number before H is the half-life of a decayed count. */
export function featureWords({ name }: KeyFeature): string {
  if (name === 'fast over middle') return 'reads 0.25H over reads 2H';
  if (name === 'middle over slow') return 'reads 1H over reads 16H';
  return name
    .replace(', half-life', '')
    .replace(/^(short|long|any) of /, (_, signal: keyof typeof signals) => `${signals[signal]} of `)
    .replace(/ of (\d+) around by /, ' of $1 keys around by ');
}
