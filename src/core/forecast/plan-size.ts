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
/**
 * Stands for it where no budget limits the plan: at all keys, every order serves the same. How many keys reach the threshold is known too
 * late, and to judge once more at so few gained nothing on six traces and lost up to 0.07 of the reads: it is the noise that is judged.
 */
const unlimitedShare = 0.2;

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

/** The share of the known keys that orders are judged at: what the budgets have room for. */
export function judgedShare({ budgetShare = 1 }: PlanSize): number {
  return budgetShare < 1 ? budgetShare : unlimitedShare;
}

/** The share of the known keys that the plan will have, where this is how sure they are. */
export function plannedShare({ budgetShare = 1, minConfidence }: PlanSize, confidence: Float64Array): number {
  let sure = 0;
  for (const value of confidence) if (!(value < minConfidence)) sure++;
  return Math.min(budgetShare, sure / Math.max(1, confidence.length));
}

const classesPerDecade = 3;

/** Plans whose budgets are within a factor of about two are of one class. */
export function planClass(size: PlanSize): number {
  return Math.round(classesPerDecade * Math.log10(Math.max(1e-9, judgedShare(size))));
}
