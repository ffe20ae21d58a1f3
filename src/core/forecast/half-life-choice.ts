import { noScore, type Outcome } from './confidence.ts';
import type { GroupVolume } from './group-volume.ts';
import { binCount, type ScoreHistogram, scoreOf } from './score-histogram.ts';
import type { TimeGrid } from './time-grid.ts';
import type { VolumeForecast } from './volume-forecast.ts';

/** Windows with fewer reads say nothing about a ranking. */
const minReads = 20;
/** The plan is filled from its head, so shorter heads count as well. */
const heads = [1, 1 / 2, 1 / 4];

export interface HalfLifeScore {
  halfLifeMs: number;
  /** Share of the reads that the plan's budget and its shorter heads would have served, mean over the windows. */
  servedShare: number;
  /** Same for the whole budget alone. */
  hitRate: number;
}

/**
 * Scores every half-life on the backtest's windows. `budgetShare` is the plan's budget as a share of the known keys.
 * Empty where no window holds enough reads.
 */
export function scoreHalfLives(
  halfLivesMs: number[],
  histograms: ScoreHistogram[][],
  volume: GroupVolume,
  grid: TimeGrid,
  budgetShare: number,
): HalfLifeScore[] {
  const windows = grid.origins
    .map((start, origin) => ({ origin, reads: volume.between(start, start + grid.horizonBuckets) }))
    .filter(({ reads }) => reads >= minReads);
  if (windows.length === 0) return [];
  return halfLivesMs.map((halfLifeMs, h) => {
    let served = 0;
    let hits = 0;
    for (const { origin, reads } of windows) {
      const histogram = histograms[h]![origin]!;
      for (const head of heads) {
        const share = histogram.readsOfTop(Math.max(1, histogram.knownKeys * budgetShare * head)) / reads;
        served += share / heads.length;
        if (head === 1) hits += share;
      }
    }
    return { halfLifeMs, servedShare: served / windows.length, hitRate: hits / windows.length };
  });
}

/** Index of the best; of equally good ones the longest half-life, which moves least. Undefined for an empty list. */
export function bestHalfLife(scores: HalfLifeScore[]): number | undefined {
  let best: number | undefined;
  for (let i = 0; i < scores.length; i++) {
    if (best === undefined || scores[i]!.servedShare >= scores[best]!.servedShare) best = i;
  }
  return best;
}

/** What the keys of each bin did in each window, for the fits of confidence and rate. */
export function outcomesOf(
  histograms: ScoreHistogram[],
  forecast: VolumeForecast,
  grid: TimeGrid,
): Outcome[] {
  return histograms.flatMap((histogram, origin) => {
    const logVolume = Math.log(forecast.at(grid.origins[origin]!));
    const outcomes: Outcome[] = [];
    for (let bin = 0; bin < binCount; bin++) {
      const keys = histogram.keys[bin]!;
      if (keys === 0) continue;
      const logShare = bin === 0 ? noScore : Math.log(scoreOf(bin) / histogram.scoreSum);
      outcomes.push({ logShare, logVolume, keys, reads: histogram.reads[bin]!, hits: histogram.hits[bin]! });
    }
    return outcomes;
  });
}
