import type { Forecast } from '../forecast/forecast.ts';
import { keyForecast } from '../forecast/key-forecast.ts';
import type { ForecastModel } from '../forecast/models.ts';
import type { SnapshotTime } from './early-value.ts';
import { candidatesOf } from './forecast-candidates.ts';
import { IsoTimes } from './iso-times.ts';
import type { KeyMarks } from './key-marks.ts';
import type { PlanEntry, PlanHeader } from './prefetch-plan.ts';
import { orderOf, type PlanLimits, type Selection, selectKeys } from './select.ts';
import { unseenEntry } from './unseen-entry.ts';

export interface PlanOf {
  group?: string | undefined;
  table?: string | undefined;
  model: ForecastModel;
  limits: PlanLimits;
  /** Names of the replicas, in the order that the forecast's donors count them in. */
  replicas: string[];
  /** What was said of keys with `--pin` and `--exclude`, if anything. */
  marks?: KeyMarks | undefined;
  /** Default: the snapshot takes the whole horizon. */
  snapshot?: SnapshotTime | undefined;
}

export interface Plan {
  header: PlanHeader;
  selection: Selection;
  limits: PlanLimits;
  marks: KeyMarks | undefined;
  snapshot: SnapshotTime | undefined;
  /** The entries, best first; may be gone through again. */
  entries(): Iterable<PlanEntry>;
}

/**
 * Turns a forecast into a Prefetch Plan. The same forecast and wishes give the same plan, byte for byte. Throws
 * `pins-over-budget`.
 */
export function makePlan(forecast: Forecast, options: PlanOf): Plan {
  const { group, table, model, limits, replicas, marks, snapshot } = options;
  const { report } = forecast;
  const allReads = forecast.expectedReads.reduce((sum, reads) => sum + reads, 0);
  const groupReads = Math.max(forecast.groupReads, allReads);
  const unknownReads = groupReads - allReads;
  const selection = selectKeys(candidatesOf(forecast), limits, { marks, snapshot, unknownReads });
  const header: PlanHeader = {
    kind: 'foresync.plan',
    version: 1,
    ...(group === undefined ? {} : { group }),
    ...(table === undefined ? {} : { table }),
    origin: new Date(forecast.originMs).toISOString(),
    horizonMs: forecast.horizonMs,
    model,
    minConfidence: limits.minConfidence,
    entries: selection.order.length + selection.unseen.length,
    expectedHitRate: round(groupReads > 0 ? Math.min(1, selection.expectedReads / groupReads) : 0),
    expectedReads: round(selection.expectedReads),
    ...(limits.budgetKeys === undefined ? {} : { budgetKeys: limits.budgetKeys }),
    ...(limits.budgetBytes === undefined ? {} : { budgetBytes: limits.budgetBytes }),
    ...(limits.sizedFor === undefined ? {} : { sizedFor: limits.sizedFor }),
    ...(limits.order === undefined ? {} : { order: limits.order }),
    ...(selection.assumedSizeBytes === undefined ? {} : { assumedSizeBytes: selection.assumedSizeBytes }),
    ...(orderOf(limits) !== 'early-value' || snapshot === undefined
      ? {}
      : { snapshotMs: snapshot.durationMs, snapshotFrom: snapshot.from }),
    ...(orderOf(limits) !== 'early-value' ? {} : { worthless: selection.worthless }),
    ...(marks === undefined
      ? {}
      : { pinned: selection.pinned + selection.unseen.length, excluded: selection.excluded }),
    halfLifeMs: report.halfLifeMs,
    halfLifeFrom: report.halfLifeFrom,
    calibration: report.calibration,
    backtestWindows: report.backtestWindows,
    calibrationWindows: report.calibrationWindows,
    chosen: report.chosen,
    chosenFrom: report.learnedFrom,
    learnedAt: new Date(report.learnedAtMs).toISOString(),
    ...(report.fellBack ? { fellBack: true } : {}),
    judgedBy: report.judgedBy,
    seed: forecast.seed,
    timeBudgetSeconds: report.timeBudget.seconds,
    ...(report.timeBudget.byClock ? { byClock: true } : {}),
  };
  return {
    header,
    selection,
    limits,
    marks,
    snapshot,
    entries: () => entriesOf(forecast, header, selection, replicas),
  };
}

function* entriesOf(
  forecast: Forecast,
  header: PlanHeader,
  selection: Selection,
  replicas: string[],
): Generator<PlanEntry> {
  const { order, pinned, unseen } = selection;
  const times = new IsoTimes();
  for (const index of order.subarray(0, pinned))
    yield { ...entryOf(forecast, index, replicas, times), pinned: true };
  for (const key of unseen) yield unseenEntry(header, key);
  for (const index of order.subarray(pinned)) yield entryOf(forecast, index, replicas, times);
}

/** A field that is undefined is absent from the plan's line. */
function entryOf(forecast: Forecast, index: number, replicas: string[], times: IsoTimes): PlanEntry {
  const { key, confidence, expectedAtMs, expectedReads, expectedWrites, sizeBytes, donor, model } =
    keyForecast(forecast, index);
  return {
    key,
    confidence: round(confidence),
    expectedAt: times.text(expectedAtMs),
    expectedReads: round(expectedReads),
    expectedWrites: round(expectedWrites),
    sizeBytes,
    donor: replicas[donor],
    model,
  };
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
