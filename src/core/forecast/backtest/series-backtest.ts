import { featureCount } from '../features/feature-rows.ts';
import type { GroupVolume } from '../group-volume.ts';
import { forecastKeys, type KeyRates } from '../key-rates.ts';
import type { SimpleRule } from '../models.ts';
import { buildPanel, panelSteps } from '../panel/build-panel.ts';
import { marginalKeys } from '../panel/marginal-keys.ts';
import type { PanelReport } from '../panel/panel.ts';
import { forecastSeries, panelKeys, type SeriesModel, type SeriesRun } from '../panel/series-models.ts';
import type { Prepared } from '../prepare.ts';
import type { TimeGrid } from '../time-grid.ts';
import type { VolumeForecast } from '../volume-forecast.ts';
import { type Candidate, scoresAt } from './candidates.ts';
import { servedShare } from './served-share.ts';

/** What the plan rests on where a model of series has nothing to say. */
export interface SeriesBase {
  prepared: Prepared;
  grid: TimeGrid;
  candidate: Candidate;
  decay: SimpleRule;
  rates: KeyRates;
  volume: VolumeForecast;
  group: GroupVolume;
  budgetShare: number;
}

/** What the plan would have gained, or lost, by a model of series, mean over some windows. */
export interface SeriesJudgement {
  served: number;
  hitRate: number;
  /** The least that it gained in any of them. */
  least: number;
  windows: number;
  report: PanelReport;
}

/** A key has a series to speak of from here on: a decayed count of reads. */
export const leastScore = 1;

/** Lets the model forecast, at earlier origins, the keys that it might have moved into the plan or out of it. */
export async function judgeSeries(
  model: SeriesModel,
  windows: number[],
  base: SeriesBase,
  run: SeriesRun,
): Promise<SeriesJudgement> {
  const { prepared, grid, budgetShare } = base;
  const { rows, sample } = prepared;
  const steps = panelSteps(grid);
  let [served, hitRate, least] = [0, 0, Number.POSITIVE_INFINITY];
  const reports: PanelReport[] = [];
  for (const window of windows) {
    const origin = grid.origins[window] as number;
    const start = rows.starts[window] as number;
    const expected = expectedAt(base, window);
    const cut = Math.max(1, (sample.known[window] as number) * budgetShare);
    const places = marginalKeys(decayedAt(base, window), { cut, count: panelKeys, leastScore });
    const keys = Uint32Array.from(places, (place) => rows.keys[start + place] as number);
    const panel = buildPanel(keys, origin, steps, {
      columns: prepared.shared.columns,
      group: base.group,
      grid,
    });
    const { reads, forecast } = await forecastSeries(model, panel, steps.horizonSteps, run);
    const without = servedShare(expected, rows, window, cut);
    for (let i = 0; i < places.length; i++)
      if (Number.isFinite(reads[i])) expected[places[i] as number] = reads[i] as number;
    const withIt = servedShare(expected, rows, window, cut);
    least = Math.min(least, withIt.served - without.served);
    served += (withIt.served - without.served) / windows.length;
    hitRate += (withIt.hitRate - without.hitRate) / windows.length;
    reports.push(forecast.report);
  }
  return { served, hitRate, least, windows: windows.length, report: sumOf(reports) };
}

function expectedAt(
  { prepared: { rows }, grid, candidate, rates, volume }: SeriesBase,
  window: number,
): Float32Array {
  const weights = rows.weights.subarray(rows.starts[window], rows.starts[window + 1]);
  const then = { ...rates, volume: volume.at(grid.origins[window] as number) };
  return Float32Array.from(forecastKeys(scoresAt(candidate, rows, window), then, weights).expectedReads);
}

function decayedAt({ prepared: { rows }, decay }: SeriesBase, window: number): Float32Array {
  const start = rows.starts[window] as number;
  const length = (rows.starts[window + 1] as number) - start;
  const feature = decay.needs[0] as number;
  return Float32Array.from(
    { length },
    (_, i) => rows.features[(start + i) * featureCount + feature] as number,
  );
}

export function sumOf(reports: PanelReport[]): PanelReport {
  const sum = (of: (report: PanelReport) => number) => reports.reduce((all, report) => all + of(report), 0);
  return {
    fitted: sum((r) => r.fitted),
    failed: sum((r) => r.failed),
    failure: reports.find((r) => r.failure !== undefined)?.failure,
    workUnits: sum((r) => r.workUnits),
    skipped: sum((r) => r.skipped),
  };
}
