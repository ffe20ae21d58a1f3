import type { PlanEntry } from '../prefetch-plan.ts';
import type { KeyPast } from './key-past.ts';
import type { PlanIndex } from './plan-index.ts';
import { type Fate, fateOf, type PlanOutcome } from './plan-outcome.ts';

/** Why there is no history of a key: in words, for the one who asks. */
export interface NoPast {
  absent: string;
}

/** One entry of a plan, and why it stands where it stands, as far as the plan tells. */
export interface EntryDetail {
  entry: PlanEntry;
  /** 1 for the plan's first entry. */
  place: number;
  fate: Fate;
  /** 1 for the entry with the most expected reads; equal ones share the better place. */
  readsRank: number;
  /** The same by confidence. */
  confidenceRank: number;
  /** Share of the reads that the plan expects of all its entries, 0 to 1. */
  readsShare: number;
  /** Expected hit rate of the entries up to this one, in the plan's order and without edits. */
  hitRateSoFar: number;
  past: KeyPast | NoPast;
}

export function detailOf(
  index: PlanIndex,
  outcome: PlanOutcome,
  number: number,
  past: KeyPast | NoPast,
): EntryDetail {
  const { expectedReads, confidence } = index.columns;
  let allReads = 0;
  let readsSoFar = 0;
  for (let entry = 0; entry < index.length; entry++) {
    allReads += expectedReads[entry] as number;
    if (entry === number) readsSoFar = allReads;
  }
  const share = (reads: number) => (allReads > 0 ? reads / allReads : 0);
  return {
    entry: index.entryAt(number),
    place: number + 1,
    fate: fateOf(outcome, number),
    readsRank: rankOf(expectedReads, number),
    confidenceRank: rankOf(confidence, number),
    readsShare: share(expectedReads[number] as number),
    hitRateSoFar: index.header.expectedHitRate * share(readsSoFar),
    past,
  };
}

function rankOf(values: Float64Array, number: number): number {
  const value = values[number] as number;
  let above = 0;
  for (const other of values) if (other > value) above++;
  return above + 1;
}
