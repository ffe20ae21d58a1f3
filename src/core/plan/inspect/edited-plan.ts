import type { PlanEntry, PlanHeader } from '../prefetch-plan.ts';
import { unseenEntry } from '../unseen-entry.ts';
import type { PlanEdits } from './plan-edits.ts';
import type { PlanIndex } from './plan-index.ts';
import { fate, type PlanOutcome } from './plan-outcome.ts';

/** What was done to a plan by hand, as the header of the plan that came of it says it. */
export interface PlanEditRecord {
  /** ISO 8601, UTC. */
  at: string;
  /** Of the plan that was edited. */
  from: { entries: number; expectedHitRate: number; minConfidence: number };
  excluded: number;
  belowThreshold: number;
  pastBudget: number;
  /** Pinned keys that were added. */
  added: number;
}

/**
 * The plan that edits make of another: pinned entries first, then the others, both in the order that they had. Its header is the other's, with what has
 * changed, and `edits` that tells it. Throws what the outcome refuses. `nowMs` is since the epoch.
 */
export function editedPlan(
  index: PlanIndex,
  edits: PlanEdits,
  outcome: PlanOutcome,
  nowMs: number,
): { header: PlanHeader; entries(): Iterable<PlanEntry> } {
  if (outcome.refusal) throw outcome.refusal;
  return {
    header: headerOf(index.header, edits, outcome, nowMs),
    entries: () => entriesOf(index, edits, outcome),
  };
}

function headerOf(header: PlanHeader, edits: PlanEdits, outcome: PlanOutcome, nowMs: number): PlanHeader {
  const { minConfidence, budgetKeys, budgetBytes } = edits;
  const record: PlanEditRecord = {
    at: new Date(nowMs).toISOString(),
    from: {
      entries: header.entries,
      expectedHitRate: header.expectedHitRate,
      minConfidence: header.minConfidence,
    },
    excluded: outcome.excluded,
    belowThreshold: outcome.belowThreshold,
    pastBudget: outcome.pastBudget,
    added: edits.added.length,
  };
  const excluded = countOf(header.excluded) + outcome.excluded;
  return {
    ...header,
    minConfidence,
    entries: outcome.entries,
    expectedHitRate: round(outcome.expectedHitRate),
    expectedReads: round(outcome.expectedReads),
    ...(budgetKeys === undefined ? {} : { budgetKeys }),
    ...(budgetBytes === undefined ? {} : { budgetBytes }),
    ...(outcome.assumedSizeBytes === undefined ? {} : { assumedSizeBytes: outcome.assumedSizeBytes }),
    ...(outcome.pinned > 0 || header.pinned !== undefined ? { pinned: outcome.pinned } : {}),
    ...(excluded > 0 || header.excluded !== undefined ? { excluded } : {}),
    edits: [...(Array.isArray(header.edits) ? header.edits : []), record],
  };
}

function* entriesOf(index: PlanIndex, edits: PlanEdits, { fates }: PlanOutcome): Generator<PlanEntry> {
  for (let entry = 0; entry < index.length; entry++)
    if (fates[entry] === fate.pinned) yield { ...index.entryAt(entry), pinned: true };
  for (const key of edits.added) yield unseenEntry(index.header, key);
  for (let entry = 0; entry < index.length; entry++) {
    if (fates[entry] !== fate.kept) continue;
    const { pinned, ...rest } = index.entryAt(entry);
    yield rest;
  }
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
