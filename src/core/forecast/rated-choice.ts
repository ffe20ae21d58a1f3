import { tellingWindows } from './backtest/backtest.ts';
import { type Candidate, isLearned, scoresAt } from './backtest/candidates.ts';
import { bestDecays, type Choice, choose } from './choose.ts';
import type { ForecastInput } from './forecast-input.ts';
import { type FittedRates, fitKeyRates, forecastKeys, ratesFrom } from './key-rates.ts';
import type { Learned } from './learned/learn.ts';
import { middleDecay, type SimpleRule } from './models.ts';
import { judgedShare } from './plan-size.ts';
import type { Prepared } from './prepare.ts';

/** What was chosen at a plan's size, and the rates that go with it. */
export interface RatedChoice {
  choice: Choice;
  /** The decayed count that is chosen, or that stands beside the forests. */
  decay: SimpleRule;
  /** What the rates are fitted to, and the windows it was judged on. */
  rated: { candidate: Candidate; windows: number[] };
  /** Whether forests were chosen that only other keys could judge. */
  byKeys: boolean;
  rates: FittedRates;
  /** The plan's size as a share of the known keys, at which all was judged. */
  budgetShare: number;
  /** Share of the known keys that reach the plan's threshold, mean over the windows; 1 without one. */
  aboveThreshold: number;
}

/**
 * Chooses at the plan's size. Where that is the threshold's to say, the choice at the budget tells how many keys
 * reach it, and all is judged once more at that size; the second choice may find a few keys more or less.
 */
export function rateChoice(
  input: ForecastInput,
  prepared: Prepared,
  learned: Learned | undefined,
  tuned: SimpleRule | undefined,
): RatedChoice {
  const { size, store } = input;
  const shareOf = (aboveThreshold: number) => judgedShare(size, aboveThreshold, store.keys);
  const first = rateAt(shareOf(1), input, prepared, learned, tuned);
  const aboveThreshold = shareAbove(size.minConfidence, first, input, prepared);
  const share = shareOf(aboveThreshold);
  const found = share === first.budgetShare ? first : rateAt(share, input, prepared, learned, tuned);
  return { ...found, aboveThreshold };
}

function rateAt(
  budgetShare: number,
  { grid, volume, options }: ForecastInput,
  prepared: Prepared,
  learned: Learned | undefined,
  tuned: SimpleRule | undefined,
): Omit<RatedChoice, 'aboveThreshold'> {
  const decay = tuned ?? bestDecays(prepared, budgetShare)(grid.origins.length) ?? middleDecay;
  const choice = choose(prepared, grid, {
    model: options.model,
    budgetShare,
    learned,
    decay,
    tuned: tuned !== undefined,
    volume,
    calibrated: options.everyCalibration ? 'every' : 'chosen',
  });
  const { candidate } = choice;
  const byKeys = isLearned(candidate) && candidate.learned.folds[0]?.half !== undefined;
  // What was judged on other keys of the same windows is too sure of itself: the decayed count tells how sure one can be.
  const rated = byKeys ? { candidate: { rule: decay }, windows: tellingWindows(prepared.rows) } : choice;
  const rates = fitKeyRates(rated.candidate, prepared.rows, rated.windows, grid, volume);
  const { candidate: by, windows } = rated;
  return { choice, decay, rated: { candidate: by, windows }, byKeys, rates, budgetShare };
}

function shareAbove(
  minConfidence: number,
  { rated: { candidate, windows }, rates }: Pick<RatedChoice, 'rated' | 'rates'>,
  { grid, volume }: ForecastInput,
  { rows, sample }: Prepared,
): number {
  if (minConfidence <= 0 || !rates.confidence || windows.length === 0) return 1;
  let shares = 0;
  for (const window of windows) {
    const weights = rows.weights.subarray(rows.starts[window]!, rows.starts[window + 1]!);
    const then = { ...ratesFrom(rates, grid, volume), volume: volume.at(grid.origins[window]!) };
    const { confidence } = forecastKeys(scoresAt(candidate, rows, window), then, weights);
    let keys = 0;
    for (let i = 0; i < weights.length; i++) if (confidence[i]! >= minConfidence) keys += weights[i]!;
    shares += keys / sample.known[window]!;
  }
  return Math.min(1, shares / windows.length);
}
