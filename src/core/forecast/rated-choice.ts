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
  /** The share of the known keys that all was judged at (see `judgedShare`). */
  judgedShare: number;
}

/**
 * Chooses at the plan's size. Where that is the threshold's to say, a choice at the budget tells how many keys would reach it in the
 * latest windows, if they had the reads that are forecast now, and all is judged once more at that size.
 */
export function rateChoice(
  input: ForecastInput,
  prepared: Prepared,
  learned: Learned | undefined,
  tuned: SimpleRule | undefined,
): RatedChoice {
  const { size, store } = input;
  const first = rateAt(judgedShare(size, 1, store.keys), input, prepared, learned, tuned);
  const sureEnough = shareAbove(size.minConfidence, first, input, prepared);
  const share = judgedShare(size, sureEnough, store.keys);
  return share === first.judgedShare ? first : rateAt(share, input, prepared, learned, tuned);
}

function rateAt(
  judgedShare: number,
  { grid, volume, options }: ForecastInput,
  prepared: Prepared,
  learned: Learned | undefined,
  tuned: SimpleRule | undefined,
): RatedChoice {
  const decay = tuned ?? bestDecays(prepared, judgedShare)(grid.origins.length) ?? middleDecay;
  const choice = choose(prepared, grid, {
    model: options.model,
    judgedShare,
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
  return { choice, decay, rated: { candidate: by, windows }, byKeys, rates, judgedShare };
}

/** So many of the latest windows tell how many keys are sure enough. */
const latest = 4;

function shareAbove(
  minConfidence: number,
  { rated: { candidate, windows }, rates }: RatedChoice,
  { grid, volume }: ForecastInput,
  { rows, sample }: Prepared,
): number {
  if (minConfidence <= 0 || !rates.confidence || windows.length === 0) return 1;
  const now = ratesFrom(rates, grid, volume);
  let keys = 0;
  let known = 0;
  for (const window of windows.slice(-latest)) {
    const weights = rows.weights.subarray(rows.starts[window]!, rows.starts[window + 1]!);
    const { confidence } = forecastKeys(scoresAt(candidate, rows, window), now, weights);
    for (let i = 0; i < weights.length; i++) if (confidence[i]! >= minConfidence) keys += weights[i]!;
    known += sample.known[window]!;
  }
  return Math.min(1, keys / known);
}
