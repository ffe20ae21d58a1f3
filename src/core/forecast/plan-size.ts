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

/**
 * The share of the known keys that orders are judged at, where the share `sureEnough` of them reaches the threshold: the plan's size, as
 * far as it is known beforehand, but for the threshold's sake never fewer than a hundred keys, or than a fifth of them where they are few.
 */
export function judgedShare({ budgetShare = 1 }: PlanSize, sureEnough: number, keys: number): number {
  const least = Math.min(unlimitedShare, fewestJudged / Math.max(1, keys));
  const planned = Math.min(budgetShare, Math.max(sureEnough, least));
  return planned < 1 ? planned : unlimitedShare;
}

/** The share of the known keys that the plan will have, where this is how sure they are. */
export function plannedShare({ budgetShare = 1, minConfidence }: PlanSize, confidence: Float64Array): number {
  let sure = 0;
  for (const value of confidence) if (!(value < minConfidence)) sure++;
  return Math.min(budgetShare, sure / Math.max(1, confidence.length));
}

const classesPerDecade = 3;
const thresholdSteps = 20;
const withoutBudget = 99;

/** Plans whose budgets are within a factor of about two, and whose thresholds are the same to the next twentieth, are of one class. */
export function planClass({ budgetShare, minConfidence }: PlanSize): number {
  const budget =
    budgetShare === undefined
      ? withoutBudget
      : Math.round(-classesPerDecade * Math.log10(Math.max(1e-9, budgetShare)));
  return budget + 100 * Math.round(thresholdSteps * minConfidence);
}
