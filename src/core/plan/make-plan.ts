import type { Forecast, ForecastModel } from '../forecast/forecast.ts';
import { keyForecast } from '../forecast/key-forecast.ts';
import type { PlanEntry, PlanHeader } from './prefetch-plan.ts';
import { type PlanLimits, type Selection, selectKeys } from './select.ts';

export interface PlanOf {
  group?: string | undefined;
  table?: string | undefined;
  model: ForecastModel;
  limits: PlanLimits;
  /** Names of the replicas, in the order that the forecast's donors count them in. */
  replicas: string[];
}

export interface Plan {
  header: PlanHeader;
  selection: Selection;
  limits: PlanLimits;
  /** The entries, best first; may be gone through again. */
  entries(): Iterable<PlanEntry>;
}

/** Turns a forecast into a Prefetch Plan. The same forecast gives the same plan, byte for byte. */
export function makePlan(forecast: Forecast, { group, table, model, limits, replicas }: PlanOf): Plan {
  const selection = selectKeys(forecast, limits);
  const { report } = forecast;
  const allReads = forecast.expectedReads.reduce((sum, reads) => sum + reads, 0);
  const groupReads = Math.max(forecast.groupReads, allReads);
  const header: PlanHeader = {
    kind: 'foresync.plan',
    version: 1,
    ...(group === undefined ? {} : { group }),
    ...(table === undefined ? {} : { table }),
    origin: new Date(forecast.originMs).toISOString(),
    horizonMs: forecast.horizonMs,
    model,
    minConfidence: limits.minConfidence,
    entries: selection.order.length,
    expectedHitRate: round(groupReads > 0 ? Math.min(1, selection.expectedReads / groupReads) : 0),
    expectedReads: round(selection.expectedReads),
    ...(limits.budgetKeys === undefined ? {} : { budgetKeys: limits.budgetKeys }),
    ...(limits.budgetBytes === undefined ? {} : { budgetBytes: limits.budgetBytes }),
    ...(selection.assumedSizeBytes === undefined ? {} : { assumedSizeBytes: selection.assumedSizeBytes }),
    halfLifeMs: report.halfLifeMs,
    halfLifeFrom: report.halfLifeFrom,
    calibration: report.calibration,
    backtestWindows: report.backtestWindows,
    arimaTried: report.arima.tried,
    arimaUsed: report.arima.used,
    arimaFailed: report.arima.failed,
  };
  return { header, selection, limits, entries: () => entriesOf(forecast, selection, replicas) };
}

function* entriesOf(forecast: Forecast, { order }: Selection, replicas: string[]): Generator<PlanEntry> {
  for (const index of order) {
    const { key, confidence, expectedAtMs, expectedReads, expectedWrites, sizeBytes, donor, byArima } =
      keyForecast(forecast, index);
    const replica = replicas[donor];
    yield {
      key,
      confidence: round(confidence),
      expectedAt: new Date(expectedAtMs).toISOString(),
      expectedReads: round(expectedReads),
      expectedWrites: round(expectedWrites),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(replica === undefined ? {} : { donor: replica }),
      model: byArima ? 'arima' : 'decay',
    };
  }
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
