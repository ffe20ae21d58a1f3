import type { Candidate } from './backtest/candidates.ts';
import type { FittedRates } from './key-rates.ts';
import type { Learned } from './learned/learn.ts';
import type { SimpleRule } from './models.ts';
import type { SeriesModel } from './panel/series-models.ts';
import type { TimeBudget } from './panel/time-budget.ts';
import type { ForecastReport, ModelScore, SeriesReport } from './report.ts';
import type { Births } from './series/births.ts';
import type { FirstReadForest } from './timing/first-read-forest.ts';

/** What a forecast chose and fitted: with the history at an origin, all that is needed to predict from there. */
export interface Fitted {
  /** What it was learned from. */
  past: FittedPast;
  candidate: Candidate;
  from: ForecastReport['learnedFrom'];
  /** The decayed count that is chosen, or that stands beside the forests. */
  decay: SimpleRule;
  /** Undefined where the history was too short to learn from. */
  learned: Learned | undefined;
  firstReads: FirstReadForest | undefined;
  rates: FittedRates;
  /** Share of the known keys that candidates were judged at. */
  judgedShare: number;
  /** Writes within a horizon for each decayed write. */
  writesFactor: number;
  /** The model of series that earned a place, or was named. */
  series: SeriesModel | undefined;
  /** What models of series did when they were tried; nothing of that is stored. */
  seriesReports: { arima?: SeriesReport; lstm?: SeriesReport };
  births: Births | undefined;
  backtest: {
    models: ModelScore[];
    windows: number;
    calibrationWindows: number;
    /** By window, how much more than the best simple rule the candidate served, in shares of all reads. */
    leads: number[];
    judgedBy: ForecastReport['judgedBy'];
    rows: number;
  };
}

export interface FittedPast {
  originMs: number;
  bucketMs: number;
  horizonMs: number;
  /** The first bucket of the history, and the end of the complete ones. */
  first: number;
  end: number;
  /** Reads of the group between them. */
  reads: number;
  /** The half-life that was tuned beforehand. */
  tunedHalfLifeMs: number | undefined;
  /** The weight of the decayed count beside the forests that was tuned beforehand. */
  tunedDecayWeight: number | undefined;
  /** What it was allowed to cost. */
  timeBudget: TimeBudget;
}
