import { leastScore } from '../backtest/series-backtest.ts';
import { buildPanel, panelSteps } from '../panel/build-panel.ts';
import { marginalKeys } from '../panel/marginal-keys.ts';
import { forecastSeries, panelKeys, seriesModels } from '../panel/series-models.ts';
import type { TimeBudget } from '../panel/time-budget.ts';
import { triedWindows } from '../series-stage.ts';
import type { ForecastInside } from './inside.ts';
import type { ModelForecast } from './model-forecasts.ts';

/**
 * What ARIMA, with and without a season, and the LSTM expect of a key, among the keys that they would look at for the plan. Those that have
 * nothing to say of it are left out. Rejects when the signal trips.
 */
export async function seriesForecasts(
  { grid, prepared, group, budgetShare, decayed }: ForecastInside,
  key: number,
  { seed, budget, signal }: { seed: number; budget: TimeBudget; signal?: AbortSignal | undefined },
): Promise<ModelForecast[]> {
  const { columns } = prepared.shared;
  const steps = panelSteps(grid);
  const cut = Math.max(1, columns.keys * budgetShare);
  const others = marginalKeys(decayed, { cut, count: panelKeys - 1, leastScore }).filter((k) => k !== key);
  // Budgets are spent from the first row on, so that the key itself is not left out.
  const panel = buildPanel([key, ...others], grid.end, steps, { columns, group, grid });
  const found: ModelForecast[] = [];
  for (const series of seriesModels) {
    const run = { seed, budget, forecasts: triedWindows + 1, signal };
    const { reads, forecast } = await forecastSeries(series, panel, steps.horizonSteps, run);
    const expectedReads = reads[0] as number;
    if (!Number.isFinite(expectedReads)) continue;
    found.push({
      name: { model: series.model, ...('seasonal' in series ? { seasonal: series.seasonal } : {}) },
      expectedReads,
      low: Math.floor(forecast.low[0] as number),
      high: Math.ceil(forecast.high[0] as number),
      by: 'its own variance',
    });
  }
  return found;
}
