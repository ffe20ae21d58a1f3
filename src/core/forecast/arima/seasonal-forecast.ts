import type { Panel, PanelForecast } from '../panel/panel.ts';
import type { ArimaOrder, FitJob, FitResult } from './fit-job.ts';
import { type FitPoolOptions, fitInWorkers } from './fit-pool.ts';
import { forecastOfRows, type RowForecast, reportOfFits } from './forecast-rows.ts';
import { recentShares } from './recent-shares.ts';
import { type Season, strongestSeason } from './seasons.ts';
import { keysByShape } from './shapes.ts';
import { affordableFits, fitWorkUnits } from './work-units.ts';

/** A key that is read less often than every other step shows less of its own than its group does. */
const readsAStep = 0.5;

/**
 * One seasonal fit for all reads and one for each shape of keys, shared out over the keys by their recent shares; then, as far as
 * the budget goes, one for each very hot key, hottest first, whose forecast is averaged with that. A shape without a fit is
 * served by the fit for all reads.
 */
export async function forecastBySeason(
  panel: Panel,
  horizonSteps: number,
  options: FitPoolOptions & { seed: number; workUnits: number },
): Promise<PanelForecast> {
  const season = strongestSeason(panel);
  const none: undefined[] = Array.from({ length: panel.keys }, () => undefined);
  if (season === undefined) {
    const report = { ...reportOfFits([], 0, 0), failure: 'the steps show neither day nor week three times' };
    return forecastOfRows(none, horizonSteps, report);
  }
  const order: ArimaOrder = { p: 1, d: 0, q: 0, P: 0, D: 1, Q: 1, season: season.steps };
  const shapes = keysByShape(panel, season, options.seed);
  const shared = [panel.group, ...shapes.map((keys) => readsOf(panel, keys))];
  const hot = hotKeys(panel, season);
  const series = [...shared, ...hot.map((key) => readsOf(panel, [key]))];
  const price = fitWorkUnits(season.usable, order);
  const count = affordableFits(series.length, price, options.workUnits);
  const jobs = series.slice(0, count).map((reads, id): FitJob => {
    return { id, series: reads.slice(panel.steps - season.usable), horizonSteps, order };
  });
  const results = await fitInWorkers(jobs, options);
  const report = reportOfFits(results, count * price, count === 0 ? panel.keys : 0);
  const own = new Map(hot.map((key, i) => [key, rowOf(results[shared.length + i])]));
  const byShare = shareOut(panel, horizonSteps, shared, shapes, results);
  const rows = byShare.map((row, key) => average(row, own.get(key)));
  return forecastOfRows(rows, horizonSteps, report);
}

/** Each key's part of the fit of its shape, or of all reads; undefined where neither gave a forecast. */
function shareOut(
  panel: Panel,
  horizonSteps: number,
  shared: Float64Array[],
  shapes: number[][],
  results: FitResult[],
): (RowForecast | undefined)[] {
  const groupOf = new Int32Array(panel.keys);
  for (const [shape, keys] of shapes.entries()) {
    if (rowOf(results[shape + 1]) !== undefined) for (const key of keys) groupOf[key] = shape + 1;
  }
  const { share, dispersion } = recentShares(panel, horizonSteps, (key) => shared[groupOf[key]!]!);
  return Array.from({ length: panel.keys }, (_, key) => {
    const group = rowOf(results[groupOf[key]!]);
    if (group === undefined) return undefined;
    const expected = group.expected.map((reads) => reads * share[key]!);
    const reads = expected.reduce((sum, value) => sum + value, 0);
    return { expected, variance: share[key]! ** 2 * group.variance + dispersion[key]! * reads };
  });
}

function average(first: RowForecast | undefined, second: RowForecast | undefined): RowForecast | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return {
    expected: first.expected.map((reads, step) => (reads + second.expected[step]!) / 2),
    variance: (first.variance + second.variance) / 2,
  };
}

function rowOf(result: FitResult | undefined): RowForecast | undefined {
  return result?.status === 'fitted' ? result : undefined;
}

function readsOf({ reads, steps }: Panel, keys: number[]): Float64Array {
  const sum = new Float64Array(steps);
  for (const key of keys) for (let i = 0; i < steps; i++) sum[i]! += reads[key * steps + i]!;
  return sum;
}

function hotKeys(panel: Panel, season: Season): number[] {
  return Array.from({ length: panel.keys }, (_, key) => key).filter((key) => {
    const own = panel.reads.subarray((key + 1) * panel.steps - season.usable, (key + 1) * panel.steps);
    return own.reduce((sum, reads) => sum + reads, 0) >= readsAStep * season.usable;
  });
}
