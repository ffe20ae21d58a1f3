import type { ForecastModel } from './models.ts';
import type { PanelReport } from './panel/panel.ts';
import type { TimeBudget } from './panel/time-budget.ts';
import type { Births } from './series/births.ts';
import type { Cycle } from './timing/intensity.ts';

/** How a forecast came about. */
export interface ForecastReport {
  /** What the plan's keys are ordered by. */
  chosen: ModelName;
  /** `named`: by `--model`; `default`: nothing could be tested; `stored`: an earlier plan's choice, which still holds. */
  chosenFrom: 'backtest' | 'named' | 'default' | 'stored';
  /** The same, but of a stored choice how it was chosen when it was learned. */
  learnedFrom: 'backtest' | 'named' | 'default';
  /** Where the history ended that a stored choice was learned from; undefined for a choice of this forecast. */
  storedMs: number | undefined;
  /** Why a choice that was stored is not taken, in a few words. */
  relearned: string | undefined;
  /** Of the decayed count that is chosen, or that stands beside the forests; a tuned one as it was tuned, though the nearest of the family is used. */
  halfLifeMs: number;
  halfLifeFrom: 'backtest' | 'tuned' | 'default';
  /** Every candidate of the backtest, best first. */
  models: ModelScore[];
  /** Windows of the backtest that tell anything. */
  backtestWindows: number;
  /** Windows that confidence and rates were fitted to: more than those of the backtest where the chosen model needed none to learn from. */
  calibrationWindows: number;
  /** The origin of the forecast that learned and chose: earlier than this one's where a choice was stored. */
  learnedAtMs: number;
  /** The plan's budget as a share of the known keys, as the backtest took it: 0.2 where there was none. */
  judgedShare: number;
  /** Whether the model that was named could forecast nothing here, so that the decayed count stands for it. */
  fellBack: boolean;
  /** `keys`: the history is too short to learn from earlier windows, so the forests were judged on keys that they had not seen. */
  judgedBy: 'time' | 'keys';
  /** `none` where the history is too short for a backtest (see `uncalibratedConfidence`). */
  calibration: 'isotonic' | 'none';
  volumeRule: string;
  /** Undefined where the history is too short for a backtest. */
  births: Births | undefined;
  cycle: Cycle;
  /** Absent where the history is too short to learn from. */
  learned: LearnedReport | undefined;
  /** What may be fitted, in seconds of work; `byClock` where models of series were also ended by the clock. */
  timeBudget: TimeBudget;
  /** Absent where they were not tried. */
  arima: SeriesReport | undefined;
  lstm: SeriesReport | undefined;
}

/** A model with its settings, as far as it has some. */
export interface ModelName {
  model: Exclude<ForecastModel, 'auto'>;
  halfLifeMs?: number;
  /** Of a seasonal model. */
  cycleMs?: number;
  /** How much the decayed count weighs beside each forest. */
  decayWeight?: number;
  /** Of ARIMA: with a season, or each key by itself. */
  seasonal?: boolean;
}

export interface ModelScore extends ModelName {
  /**
   * Share of the reads that the plan's budget would have served, mean over the windows; NaN where it could not be tested. Of a
   * model of series, which is tried on the last windows alone: what the best of the others served, and what it would have added to that there.
   */
  hitRate: number;
  /** What the choice goes by: the mean of that and of what the budget's half and quarter would have served. */
  served: number;
  /**
   * Mean distance of the confidence from what came, in ten bins of equal size, on windows that the confidence was not fitted to. Undefined where
   * there are too few, or only the chosen one was asked about.
   */
  calibrationError: number | undefined;
  /** Time that it took, without what all models share; the only figure that differs between runs. */
  ms: number;
  windows: number;
  chosen: boolean;
  /** Why it is not chosen, or could not be tested, in a few words. */
  reason: string | undefined;
}

export interface LearnedReport {
  /** Keys at earlier moments that it learned from. */
  rows: number;
  features: number;
  /** The features that the trees ask for most, with their share of all questions. */
  asked: { feature: string; share: number }[];
  /** How much of what the trees say of the first read is taken; 0 where it was no better than the key's rate and the cycle. */
  firstReadShare: number;
}

export interface SeriesReport extends PanelReport {
  /** Keys of the plan's own origin whose expected reads are this model's; 0 where it did not earn that. */
  keys: number;
  ms: number;
}
