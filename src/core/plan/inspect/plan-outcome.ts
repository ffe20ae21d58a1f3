import { ForesyncError } from '../../errors.ts';
import { assumedSizeBytes } from '../../forecast/plan-size.ts';
import { mark } from '../key-marks.ts';
import { pinsOverBudget } from '../pins-over-budget.ts';
import type { PlanEdits } from './plan-edits.ts';
import type { PlanIndex } from './plan-index.ts';

/** What becomes of an entry under edits; the first three are as `mark` has them. */
export const fate = { kept: 0, pinned: 1, excluded: 2, 'below-threshold': 3, 'past-budget': 4 } as const;

export type Fate = keyof typeof fate;

export const fateNames = Object.keys(fate) as Fate[];

/** Sums over the entries of a plan, or over those that edits leave of it. */
export interface PlanTotals {
  entries: number;
  pinned: number;
  /** Of the rows whose size the plan says. */
  bytes: number;
  /** Entries without a size. */
  unknownSizes: number;
  expectedReads: number;
  /** Share of the horizon's reads, 0 to 1. */
  expectedHitRate: number;
}

/** What a plan is after edits. */
export interface PlanOutcome extends PlanTotals {
  /** One of `fate` for each entry of the plan. */
  fates: Uint8Array;
  excluded: number;
  belowThreshold: number;
  pastBudget: number;
  /** What an entry without a size counts as under the budget in bytes; absent without such a budget or such entries. */
  assumedSizeBytes: number | undefined;
  /** The pins alone are more than the budget: there is no such plan. */
  refusal: ForesyncError | undefined;
}

/**
 * What edits leave of a plan. Pinned entries stay whatever their confidence and come first in a budget; the others follow in the plan's order, and under
 * a budget in bytes what does not fit is passed over. The hit rate is the header's, by the expected reads that are left.
 */
export function outcomeOf(index: PlanIndex, edits: PlanEdits): PlanOutcome {
  const { columns, length } = index;
  const { minConfidence, budgetKeys = Number.POSITIVE_INFINITY, budgetBytes } = edits;
  const fates = new Uint8Array(length);
  const assumed = budgetBytes === undefined ? 0 : assumedSize(index);
  const sizeOf = (entry: number) => {
    const size = columns.sizeBytes[entry] as number;
    return Number.isNaN(size) ? assumed : size;
  };
  const count = { excluded: 0, belowThreshold: 0, pastBudget: 0 };
  let keys = edits.added.length;
  let bytes = edits.added.length * assumed;
  fates.set(edits.marks);
  for (const [entry, said] of edits.changes) fates[entry] = said;
  for (let entry = 0; entry < length; entry++) {
    if (fates[entry] !== mark.pinned) continue;
    keys++;
    bytes += sizeOf(entry);
  }
  const refusal = refusalOf({ keys, bytes }, edits);
  for (let entry = 0; entry < length; entry++) {
    if (fates[entry] === mark.pinned) continue;
    if (fates[entry] === mark.excluded) count.excluded++;
    else if ((columns.confidence[entry] as number) < minConfidence) {
      fates[entry] = fate['below-threshold'];
      count.belowThreshold++;
    } else if (keys >= budgetKeys || (budgetBytes !== undefined && bytes + sizeOf(entry) > budgetBytes)) {
      fates[entry] = fate['past-budget'];
      count.pastBudget++;
    } else {
      keys++;
      bytes += sizeOf(entry);
    }
  }
  const totals = totalsOf(index, fates, edits.added.length);
  const someAssumed = budgetBytes !== undefined && totals.unknownSizes > 0;
  return { ...totals, fates, ...count, assumedSizeBytes: someAssumed ? assumed : undefined, refusal };
}

/** What stays of the plan as it is; the same for the plan itself, with every entry kept. */
function totalsOf(index: PlanIndex, fates: Uint8Array, added: number): PlanTotals {
  const { columns, header } = index;
  const totals = { entries: added, pinned: added, bytes: 0, unknownSizes: added, expectedReads: 0 };
  let allReads = 0;
  for (let entry = 0; entry < index.length; entry++) {
    const reads = columns.expectedReads[entry] as number;
    allReads += reads;
    const is = fates[entry] as number;
    if (is > fate.pinned) continue;
    totals.entries++;
    totals.expectedReads += reads;
    if (is === fate.pinned) totals.pinned++;
    const size = columns.sizeBytes[entry] as number;
    if (Number.isNaN(size)) totals.unknownSizes++;
    else totals.bytes += size;
  }
  return { ...totals, expectedHitRate: hitRateOf(totals.expectedReads, allReads, header.expectedHitRate) };
}

/** The hit rate of some of a plan's reads, where all of them have this one; to nine digits, as sums are no more exact. */
export function hitRateOf(reads: number, allReads: number, hitRate: number): number {
  // Nothing divided by nothing, and sums past the largest number, are worth nothing.
  const share = reads / allReads;
  return Number.isFinite(share) ? Math.round(hitRate * share * 1e9) / 1e9 : 0;
}

/** As the plan was made, else the mean of the sizes that it says. */
function assumedSize({ header, columns }: PlanIndex): number {
  const said = header.assumedSizeBytes;
  if (typeof said === 'number' && said > 0 && Number.isFinite(said)) return said;
  let sum = 0;
  let known = 0;
  for (const size of columns.sizeBytes) {
    if (Number.isNaN(size)) continue;
    sum += size;
    known++;
  }
  return known > 0 ? Math.max(1, Math.round(sum / known)) : assumedSizeBytes;
}

function refusalOf(pins: { keys: number; bytes: number }, limits: PlanEdits): ForesyncError | undefined {
  try {
    pinsOverBudget(pins, limits);
    return undefined;
  } catch (error) {
    if (error instanceof ForesyncError) return error;
    throw error;
  }
}

export function fateOf({ fates }: PlanOutcome, entry: number): Fate {
  return fateNames[fates[entry] as number] as Fate;
}
