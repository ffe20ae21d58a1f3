import type { Fitted } from '../fitted.ts';
import type { ForecastInput } from '../forecast-input.ts';

/** So many horizons, or this share of what it was learned from if that is more, may pass before a choice is learned anew. */
const horizonsLong = 8;
const shareLong = 1 / 2;
/** Late lines and coarser buckets move a few reads. */
const readsTolerance = 0.02;

/**
 * Why a stored choice is not even worth a look at how it did since, in a few words; undefined where it is. It must have been learned from
 * this history, from events before the origin alone, with the same tuned half-life and time budget, and not too long ago.
 */
export function outdated({ past, backtest }: Fitted, input: ForecastInput): string | undefined {
  const { grid, group, options } = input;
  if (past.originMs > grid.originMs || past.end > grid.fullEnd) return 'it was learned from later events';
  if (past.bucketMs !== grid.bucketMs || past.horizonMs !== grid.horizonMs)
    return 'it was learned for another horizon';
  if (past.tunedHalfLifeMs !== options.halfLifeMs) return 'the tuned half-life is another one';
  if (past.tunedDecayWeight !== options.decayWeight)
    return 'the tuned weight of the decayed count is another one';
  const { seconds, byClock } = options.timeBudget;
  if (past.timeBudget.seconds !== seconds || past.timeBudget.byClock !== byClock)
    return 'the time budget is another one';
  const reads = group.between(past.first, past.end);
  if (Math.abs(reads - past.reads) > readsTolerance * past.reads || grid.first > past.end)
    return 'the history that it was learned from has changed';
  const age = grid.fullEnd - past.end;
  const length = past.end - past.first;
  // Judged on other keys alone, for lack of windows: half as much history again gives it some.
  const horizons = backtest.judgedBy === 'keys' ? 0 : horizonsLong;
  if (age >= Math.max(horizons * grid.horizonBuckets, shareLong * length))
    return `${(age / grid.horizonBuckets).toFixed(1)} horizons have passed since it was learned`;
  return undefined;
}
