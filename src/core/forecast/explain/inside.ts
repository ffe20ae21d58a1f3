import { type Candidate, isLearned } from '../backtest/candidates.ts';
import { featureNames } from '../features/feature-rows.ts';
import type { GroupVolume } from '../group-volume.ts';
import { askedFeatures } from '../learned/asked-features.ts';
import type { Learned } from '../learned/learn.ts';
import { type SimpleRule, simpleRules } from '../models.ts';
import type { Prepared } from '../prepare.ts';
import type { TimeGrid } from '../time-grid.ts';
import type { VolumeForecast } from '../volume-forecast.ts';

/** What a forecast knows of itself beyond its figures; kept only where a key is to be explained, since it holds much memory. */
export interface ForecastInside {
  grid: TimeGrid;
  prepared: Prepared;
  volume: VolumeForecast;
  group: GroupVolume;
  /** The plan's budget as a share of the known keys. */
  budgetShare: number;
  /** Decayed counts where the plan begins, by key. */
  decayed: Float32Array;
  learned: Learned | undefined;
  /** What orders the keys. */
  candidate: Candidate;
  /** What the figures are fitted to, and the windows it was judged on. */
  rated: { candidate: Candidate; windows: number[] };
  /** The features that are ranked, and those of the simple rules: of every key where the plan begins, by feature. */
  columns: Map<number, Float32Array>;
}

const ranked = 10;
/** Where there are no trees that ask. */
const telling = [
  'age of last read',
  'reads last horizon',
  'reads horizon before',
  'reads in all',
  'age of first access',
  'last gap',
  'mean log gap',
  'active of last 8 horizons',
  'writes in all',
];

/** Places of the features that an explanation shows, the most telling first. */
export function rankedFeatures(learned: Learned | undefined, candidate: Candidate): number[] {
  const needed = isLearned(candidate) ? [] : candidate.rule.needs;
  const asked = learned ? askedFeatures(learned.forests, ranked).map(({ feature }) => feature) : telling;
  const places = [...needed, ...asked.map((name) => featureNames.indexOf(name))];
  return [...new Set(places)].slice(0, ranked);
}

/** Places of the features that must be known of every key for an explanation of one. */
export function explainedColumns(
  learned: Learned | undefined,
  candidate: Candidate,
  grid: TimeGrid,
): number[] {
  const ofRules = simpleRules(historyMs(grid)).flatMap(({ needs }: SimpleRule) => needs);
  return [...new Set([...rankedFeatures(learned, candidate), ...ofRules])];
}

export function historyMs({ fullEnd, first, bucketMs }: TimeGrid): number {
  return (fullEnd - first) * bucketMs;
}
