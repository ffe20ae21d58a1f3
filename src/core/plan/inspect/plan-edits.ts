import { mark } from '../key-marks.ts';
import type { PlanIndex } from './plan-index.ts';

export type Mark = (typeof mark)[keyof typeof mark];

/** What an operator would have different of a plan. */
export interface PlanEdits {
  /** One of `mark` an entry: what the plan itself says, and what was said of many keys at once. */
  marks: Uint8Array;
  /** What was said since of single entries; wins over `marks`. */
  changes: ReadonlyMap<number, Mark>;
  /** Pinned keys that the plan does not have. */
  added: readonly string[];
  /** Entries of less confidence are left out, unless they are pinned; the plan's own threshold unless another was said. */
  minConfidence: number;
  budgetKeys: number | undefined;
  budgetBytes: number | undefined;
}

export interface EditLimits {
  minConfidence?: number | undefined;
  budgetKeys?: number | undefined;
  budgetBytes?: number | undefined;
}

/** No edits but these limits: every entry is as the plan has it. */
export function editsOf({ columns, header }: PlanIndex, limits: EditLimits = {}): PlanEdits {
  const { minConfidence = header.minConfidence, budgetKeys, budgetBytes } = limits;
  return {
    marks: columns.pinned.map((pinned) => (pinned ? mark.pinned : mark.none)),
    changes: new Map(),
    added: [],
    minConfidence,
    budgetKeys,
    budgetBytes,
  };
}

/** Whether two edits of one plan say the same. */
export function sameEdits(a: PlanEdits, b: PlanEdits): boolean {
  if (a === b) return true;
  const limits = ['minConfidence', 'budgetKeys', 'budgetBytes'] as const;
  return (
    limits.every((limit) => a[limit] === b[limit]) &&
    a.changes.size === b.changes.size &&
    [...a.changes].every(([entry, said]) => b.changes.get(entry) === said) &&
    a.added.length === b.added.length &&
    a.added.every((key, place) => key === b.added[place]) &&
    (a.marks === b.marks || a.marks.every((said, entry) => said === b.marks[entry]))
  );
}

/** Whether edits would make another plan, or another header, of it. */
export function isEdited({ columns, header }: PlanIndex, edits: PlanEdits): boolean {
  const { marks, changes, added, minConfidence, budgetKeys, budgetBytes } = edits;
  return (
    minConfidence !== header.minConfidence ||
    budgetKeys !== undefined ||
    budgetBytes !== undefined ||
    added.length > 0 ||
    changes.size > 0 ||
    marks.some((said, entry) => said !== columns.pinned[entry])
  );
}

export function markOf({ marks, changes }: PlanEdits, entry: number): Mark {
  return changes.get(entry) ?? (marks[entry] as Mark);
}

/** Pins an entry, or takes its pin away. */
export function togglePin(edits: PlanEdits, entry: number): PlanEdits {
  return changed(edits, entry, markOf(edits, entry) === mark.pinned ? mark.none : mark.pinned);
}

/** Excludes an entry, or takes it back as it was before anything was said of it alone. */
export function toggleExclusion(edits: PlanEdits, entry: number): PlanEdits {
  if (markOf(edits, entry) !== mark.excluded) return changed(edits, entry, mark.excluded);
  const before = edits.marks[entry] as Mark;
  return changed(edits, entry, before === mark.excluded ? mark.none : before);
}

function changed(edits: PlanEdits, entry: number, to: Mark): PlanEdits {
  const changes = new Map(edits.changes);
  if (edits.marks[entry] === to) changes.delete(entry);
  else changes.set(entry, to);
  return { ...edits, changes };
}
