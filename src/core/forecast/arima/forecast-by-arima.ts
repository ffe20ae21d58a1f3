import type { Panel, PanelForecast } from '../panel/panel.ts';
import type { FitPoolOptions } from './fit-pool.ts';
import { forecastEachKey } from './plain-forecast.ts';
import { forecastBySeason } from './seasonal-forecast.ts';

export interface ArimaOptions extends FitPoolOptions {
  /** Follow the day or the week, by groups of keys with the same shape, rather than fit each key without a season. */
  seasonal: boolean;
  /** Of the grouping by shape. */
  seed: number;
  /** Budget, in the units of `fitWorkUnits`: no fit is begun that does not fit into it. */
  workUnits: number;
}

/**
 * Forecasts the panel's keys by ARIMA (Box and Jenkins) in worker threads. The same panel and options give the same
 * figures, bit for bit. A fit that fails, diverges or never ends costs its key or group alone, and is counted in the report.
 * @throws RangeError where `horizonSteps` is not a whole number above 0; otherwise rejects only when the signal trips
 */
export async function forecastByArima(
  panel: Panel,
  horizonSteps: number,
  options: ArimaOptions,
): Promise<PanelForecast> {
  if (!Number.isInteger(horizonSteps) || horizonSteps < 1)
    throw new RangeError(`a horizon has a whole number of steps above 0, not ${horizonSteps}`);
  return options.seasonal
    ? forecastBySeason(panel, horizonSteps, options)
    : forecastEachKey(panel, horizonSteps, options);
}
