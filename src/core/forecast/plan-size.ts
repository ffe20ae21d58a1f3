import type { SeriesColumns } from './series/series-store.ts';

/** How many keys a plan will hold, as far as that is known before anything is forecast. */
export interface PlanSize {
  /** Keys that its budgets have room for, as a share of those known; undefined without a budget. */
  budgetShare: number | undefined;
  /** Keys below it are not planned. */
  minConfidence: number;
}

interface SizeLimits {
  budgetKeys?: number | undefined;
  budgetBytes?: number | undefined;
  minConfidence?: number | undefined;
}

/** Of a row, where no log gives any size. */
export const assumedSizeBytes = 256;
/** Stands for the plan's share of the known keys where nothing limits it: at all of them, every order serves the same. */
const unlimitedShare = 0.2;
/** What fewer keys than this serve says little of an order. */
const fewestJudged = 100;

export function planSizeOf({ keys, sizeBytes }: SeriesColumns, limits: SizeLimits): PlanSize {
  const { budgetKeys, budgetBytes, minConfidence = 0 } = limits;
  const fitting = budgetBytes === undefined ? undefined : budgetBytes / meanSize(sizeBytes);
  const planned = Math.min(budgetKeys ?? Number.POSITIVE_INFINITY, fitting ?? Number.POSITIVE_INFINITY);
  return {
    budgetShare: Number.isFinite(planned) ? Math.min(1, planned / Math.max(1, keys)) : undefined,
    minConfidence,
  };
}

function meanSize(sizeBytes: Float64Array): number {
  let sum = 0;
  let known = 0;
  for (const size of sizeBytes) {
    if (!(size > 0)) continue;
    sum += size;
    known++;
  }
  return known > 0 ? sum / known : assumedSizeBytes;
}

/** The share of the known keys that orders are judged at, where the share `aboveThreshold` of them is sure enough to be planned. */
export function judgedShare({ budgetShare }: PlanSize, aboveThreshold: number, keys: number): number {
  const sureEnough = Math.min(1, Math.max(aboveThreshold, fewestJudged / Math.max(1, keys)));
  if (budgetShare === undefined) return sureEnough < 1 ? sureEnough : unlimitedShare;
  return Math.min(budgetShare, sureEnough);
}

const classesPerDecade = 3;
const thresholdSteps = 20;

/** Plans whose budgets are within a factor of about two, and whose thresholds are within 0.05, are of one class. */
export function planClass({ budgetShare = 1, minConfidence }: PlanSize): number {
  const budget = Math.round(-classesPerDecade * Math.log10(Math.max(1e-9, budgetShare)));
  return budget + 100 * Math.round(thresholdSteps * minConfidence);
}
