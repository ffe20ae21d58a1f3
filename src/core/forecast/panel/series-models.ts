import { forecastByArima } from '../arima/forecast-by-arima.ts';
import { forecastByLstmInWorker } from '../lstm/forecast-in-worker.ts';
import type { Panel, PanelForecast } from './panel.ts';
import { arimaUnits, lstmUnits, type TimeBudget } from './time-budget.ts';

/** Models that look at whole series, and are worth their cost for a few keys at most. */
export type SeriesModel = { model: 'arima'; seasonal: boolean } | { model: 'lstm' };

export const seriesModels: readonly SeriesModel[] = [
  { model: 'arima', seasonal: false },
  { model: 'arima', seasonal: true },
  { model: 'lstm' },
];

/** Rows of a panel: as many as the share of a usual budget pays for. */
export const panelKeys = 120;

export interface SeriesRun {
  seed: number;
  budget: TimeBudget;
  /** Among how many forecasts the model's share of the budget is divided. */
  forecasts: number;
  signal?: AbortSignal | undefined;
}

/** Reads that the model expects of each row within the horizon; NaN where it has nothing to say. */
export interface SeriesForecast {
  reads: Float64Array;
  forecast: PanelForecast;
}

export async function forecastSeries(
  { model, ...how }: SeriesModel,
  panel: Panel,
  horizonSteps: number,
  { seed, budget, forecasts, signal }: SeriesRun,
): Promise<SeriesForecast> {
  const forecast =
    model === 'lstm'
      ? await forecastByLstmInWorker(panel, horizonSteps, {
          seed,
          workUnits: lstmUnits(budget, forecasts),
          signal,
        })
      : await forecastByArima(panel, horizonSteps, {
          seasonal: 'seasonal' in how && how.seasonal,
          seed,
          workUnits: arimaUnits(budget, forecasts * 2),
          ...(signal ? { signal } : {}),
        });
  const reads = new Float64Array(panel.keys);
  for (let row = 0; row < panel.keys; row++)
    for (let step = 0; step < horizonSteps; step++)
      reads[row]! += forecast.expected[row * horizonSteps + step] as number;
  return { reads, forecast };
}
