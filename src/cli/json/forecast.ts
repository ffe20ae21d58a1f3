import { z } from 'zod';
import { forecastModels } from '../../core/forecast/models.ts';
import type { ForecastReport, ModelScore } from '../../core/forecast/report.ts';
import { declaredAs } from './declared-as.ts';
import { count, durationMs, figureOrNull, flag, share, text, timeMs } from './figures.ts';

const model = z.enum(forecastModels).exclude(['auto']);

const named = {
  model,
  halfLifeMs: durationMs('Of a decayed count.').optional(),
  cycleMs: durationMs('Of a seasonal model.').optional(),
  decayWeight: count('How much the decayed count weighs beside each forest.').optional(),
  seasonal: flag('Of ARIMA: with a season.').optional(),
};
/** A model with its settings. */
export const modelName = z.strictObject(named);
/** The same of a single forest too. */
export const forecastName = z.strictObject({ ...named, forest: text('Which forest.').optional() });

/** What a model was worth on earlier windows. */
export const modelScore = declaredAs<ModelScore>()(
  z.strictObject({
    ...named,
    hitRate: figureOrNull(
      "Share of the reads that the plan's budget would have served, mean over the windows.",
    ),
    served: figureOrNull("The mean of that and of what the budget's half and quarter would have served."),
    calibrationError: figureOrNull('Mean distance of the confidence from what came.').optional(),
    ms: durationMs('What it took; the only figure that differs between runs.'),
    windows: count('Windows that it was tried on.'),
    chosen: flag('It orders the keys.'),
    reason: text('Why it is not chosen, or could not be tested.').optional(),
  }),
);

const series = z.strictObject({
  fitted: count('Keys or groups that were fitted.'),
  failed: count('Those whose fit failed.'),
  failure: text('The most frequent reason.').optional(),
  workUnits: count("Work done, in the model's own units."),
  skipped: count('Keys left out because the budget was used up.'),
  keys: count("Planned keys whose expected reads are this model's."),
  ms: durationMs('What it took.'),
});

/** How a forecast came about. */
export const forecastReport = declaredAs<ForecastReport>()(
  z.strictObject({
    chosen: modelName,
    chosenFrom: z.enum(['backtest', 'named', 'default', 'stored']),
    learnedFrom: z.enum(['backtest', 'named', 'default']),
    storedMs: timeMs('Where the history ended that a stored choice was learned from.').optional(),
    relearned: text('Why a stored choice is not taken.').optional(),
    halfLifeMs: durationMs('Of the decayed count.'),
    halfLifeFrom: z.enum(['backtest', 'tuned', 'default']),
    models: z.array(modelScore).describe('Best first.'),
    backtestWindows: count('Windows of the backtest.'),
    calibrationWindows: count('Windows that the confidence was fitted to.'),
    learnedAtMs: timeMs('The origin of the forecast that learned and chose.'),
    judgedShare: share("The plan's budget among the known keys, as the backtest took it."),
    fellBack: flag('The model that was named could forecast nothing here.'),
    judgedBy: z.enum(['time', 'keys']),
    calibration: z.enum(['isotonic', 'none']),
    volumeRule: text('What the number of reads is forecast by.'),
    births: z
      .strictObject({ keysPerHorizon: count('New keys in a horizon.'), readsShare: share('Their reads.') })
      .optional(),
    cycle: z.enum(['week', 'day', 'none']),
    learned: z
      .strictObject({
        rows: count('Keys at earlier moments that it learned from.'),
        features: count('Features of each.'),
        asked: z.array(z.strictObject({ feature: text('Its name.'), share: share('Of all questions.') })),
        firstReadShare: share('How much of what the trees say of the first read is taken.'),
      })
      .optional(),
    timeBudget: z.strictObject({
      seconds: count('Seconds of work of two cores.'),
      byClock: flag('The clock ends models of series too.'),
    }),
    arima: series.optional(),
    lstm: series.optional(),
  }),
);
