import type { Forecast } from '../forecast/forecast.ts';
import type { ForecastReport } from '../forecast/report.ts';
import type { SnapshotTime } from './early-value.ts';
import type { Plan } from './make-plan.ts';
import type { PlanEntry } from './prefetch-plan.ts';
import type { JoinedTable } from './worth-ahead.ts';

/** What was planned and how it came about; everything that a screen or `--json` says of a new plan. */
export interface PlanReport {
  group: string | undefined;
  table: string | undefined;
  origin: string;
  horizonMs: number;
  model: string;
  /** Keys in the plan. */
  keys: number;
  /** Keys that the history knew at the origin. */
  knownKeys: number;
  /** Of the planned rows whose size is known or was assumed. */
  bytes: number;
  assumedSizeBytes: number | undefined;
  expectedReads: number;
  expectedHitRate: number;
  /**
   * What keys ordered alike, `judgedShare` of those known, would have served on earlier windows of the history, the mean over them. Absent
   * where nothing could be tested, or forests alone on other keys of the windows that they learned from.
   */
  backtestedHitRate: number | undefined;
  minConfidence: number;
  /** The table that the plan has as many keys for as are worth it; absent where a threshold limits it. */
  sizedFor: JoinedTable | undefined;
  budgetKeys: number | undefined;
  budgetBytes: number | undefined;
  /** Absent where nothing was said of keys. `unseen` of the pinned ones are not known to the history. */
  chosen: { pinned: number; unseen: number; excluded: number } | undefined;
  /** Keys of enough confidence that had better wait for the snapshot; absent without a budget in bytes. */
  worthless: number | undefined;
  /** The snapshot that values are reckoned against; absent without a budget in bytes. */
  snapshot: SnapshotTime | undefined;
  /** Planned keys by confidence, in tenths from 0 to 1. */
  confidenceTenths: number[];
  /** The time from the last event to the origin; negative where the origin lies inside the history. */
  staleMs: number;
  forecast: ForecastReport;
  first: PlanEntry[];
}

const shownEntries = 10;

export function reportPlan(plan: Plan, forecast: Forecast, lastMs: number): PlanReport {
  const { header, selection } = plan;
  const confidenceTenths = new Array<number>(10).fill(0);
  if (selection.unseen.length > 0) confidenceTenths[0] = selection.unseen.length;
  for (const index of selection.order) {
    const tenth = Math.min(9, Math.floor((forecast.confidence[index] ?? 0) * 10));
    confidenceTenths[tenth] = (confidenceTenths[tenth] ?? 0) + 1;
  }
  const first: PlanEntry[] = [];
  for (const entry of plan.entries()) {
    if (first.push(entry) === shownEntries) break;
  }
  return {
    group: header.group,
    table: header.table,
    origin: header.origin,
    horizonMs: header.horizonMs,
    model: header.model,
    keys: header.entries,
    knownKeys: forecast.store.keys,
    bytes: selection.bytes,
    assumedSizeBytes: selection.assumedSizeBytes,
    expectedReads: selection.expectedReads,
    expectedHitRate: header.expectedHitRate,
    backtestedHitRate: backtestedOf(forecast),
    minConfidence: header.minConfidence,
    sizedFor: plan.limits.sizedFor,
    budgetKeys: plan.limits.budgetKeys,
    budgetBytes: plan.limits.budgetBytes,
    chosen: plan.marks && {
      pinned: selection.pinned + selection.unseen.length,
      unseen: selection.unseen.length,
      excluded: selection.excluded,
    },
    worthless: plan.limits.budgetBytes === undefined ? undefined : selection.worthless,
    snapshot: plan.limits.budgetBytes === undefined ? undefined : plan.snapshot,
    confidenceTenths,
    staleMs: forecast.originMs - lastMs,
    forecast: forecast.report,
    first,
  };
}

function backtestedOf({ report }: Forecast): number | undefined {
  const { hitRate = Number.NaN, model } = report.models.find(({ chosen }) => chosen) ?? {};
  const isFlattered = report.judgedBy === 'keys' && model === 'learned';
  return Number.isNaN(hitRate) || isFlattered ? undefined : hitRate;
}
