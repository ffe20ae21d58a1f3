import type { Panel, PanelForecast } from '../panel/panel.ts';
import type { ArimaOrder, FitJob } from './fit-job.ts';
import { type FitPoolOptions, fitInWorkers } from './fit-pool.ts';
import { forecastOfRows, type RowForecast, reportOfFits } from './forecast-rows.ts';
import { affordableFits, fitWorkUnits } from './work-units.ts';

/** Of the orders (1,0,1), (2,0,1), (0,1,1) and (1,1,1) none had a smaller error on real histories, and differences made it larger. */
const order: ArimaOrder = { p: 1, d: 0, q: 1, P: 0, D: 0, Q: 0, season: 0 };
/** Below this many steps, or steps with a read, there is nothing to fit. */
const leastSteps = 24;
const leastActiveSteps = 6;

/** One fit a key, hottest key first, as far as the budget goes. Keys with too few reads cost nothing and get no forecast. */
export async function forecastEachKey(
  panel: Panel,
  horizonSteps: number,
  options: FitPoolOptions & { workUnits: number },
): Promise<PanelForecast> {
  const dense = Array.from({ length: panel.keys }, (_, key) => key).filter((key) => isDense(panel, key));
  const price = fitWorkUnits(panel.steps, order);
  const count = affordableFits(dense.length, price, options.workUnits);
  const jobs = dense.slice(0, count).map((key): FitJob => {
    const series = Float64Array.from(panel.reads.subarray(key * panel.steps, (key + 1) * panel.steps));
    return { id: key, series, horizonSteps, order };
  });
  const results = await fitInWorkers(jobs, options);
  const rows: (RowForecast | undefined)[] = Array.from({ length: panel.keys }, () => undefined);
  for (const result of results) if (result.status === 'fitted') rows[result.id] = result;
  return forecastOfRows(rows, horizonSteps, reportOfFits(results, count * price, dense.length - count));
}

function isDense({ reads, steps }: Panel, key: number): boolean {
  let active = 0;
  for (let i = key * steps; i < (key + 1) * steps; i++) if (reads[i]! > 0) active++;
  return steps >= leastSteps && active >= leastActiveSteps;
}
