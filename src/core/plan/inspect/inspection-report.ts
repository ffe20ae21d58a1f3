import type { PlanEntry, PlanHeader } from '../prefetch-plan.ts';
import { noDonor } from './entry-columns.ts';
import type { EntryDetail } from './entry-detail.ts';
import type { HitRateCurve, ThresholdPoint } from './hit-rate-curve.ts';
import type { InspectedPlan } from './inspected-plan.ts';
import { isEdited, type PlanEdits } from './plan-edits.ts';
import { fate, type PlanOutcome, type PlanTotals } from './plan-outcome.ts';
import type { PlanView } from './plan-rows.ts';

/** Entries of one donor or of one model. */
export interface NamedCount {
  /** Absent for entries without a donor. */
  name: string | undefined;
  entries: number;
  expectedReads: number;
}

export interface ListedEntry extends PlanEntry {
  /** 1 for the plan's first entry. */
  place: number;
}

/** What a plan holds, and what edits would make of it; everything that a page or `--json` says of it. */
export interface PlanInspection {
  file: string;
  header: PlanHeader;
  plan: PlanTotals;
  /** Absent where nothing was edited. */
  edited: (PlanTotals & Omit<PlanOutcome, 'fates' | 'refusal'> & { added: number }) | undefined;
  donors: NamedCount[];
  models: NamedCount[];
  /** With the edits. */
  curve: HitRateCurve;
  /** With the edits, and a higher threshold. */
  thresholds: ThresholdPoint[];
  view: PlanView & { search: string | undefined };
  /** Entries that the edits keep and the view lists, of which `entries` are the first. */
  matching: number;
  entries: ListedEntry[];
  /** The entry that was asked for, if one was. */
  detail: EntryDetail | undefined;
}

export const shownThresholds = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99] as const;
const curveParts = 10;

/** Gathers it. `found` marks the entries whose keys hold what is searched for; `detail` is the number of an entry. */
export function reportInspection(
  plan: InspectedPlan,
  edits: PlanEdits,
  options: {
    view: PlanView;
    search: { text: string; found: Uint8Array } | undefined;
    limit: number;
    detail: number | undefined;
  },
): PlanInspection {
  const { view, search, limit, detail } = options;
  const outcome = plan.outcome(edits);
  const { fates, refusal, ...sums } = outcome;
  const matching = plan
    .rows(view)
    .filter((entry) => (fates[entry] as number) <= fate.pinned && (!search || search.found[entry] === 1));
  const { columns } = plan.index;
  const reads = columns.expectedReads;
  const edited = isEdited(plan.index, edits);
  return {
    file: plan.file,
    header: plan.header,
    plan: totalsOf(plan.whole),
    edited: edited ? { ...sums, added: edits.added.length } : undefined,
    donors: countsOf(columns.donor, reads, columns.donors, fates),
    models: countsOf(columns.model, reads, columns.models, fates),
    curve: plan.curve(edits, curveParts),
    thresholds: plan.thresholds(edits, shownThresholds),
    view: { ...view, search: search?.text },
    matching: matching.length,
    entries: Array.from(matching.subarray(0, limit), (entry) => {
      const { pinned, ...rest } = plan.entry(entry);
      return { place: entry + 1, ...rest, ...(fates[entry] === fate.pinned ? { pinned: true } : {}) };
    }),
    detail: detail === undefined ? undefined : plan.detail(edits, detail),
  };
}

function totalsOf({ entries, pinned, bytes, unknownSizes, expectedReads, expectedHitRate }: PlanOutcome) {
  return { entries, pinned, bytes, unknownSizes, expectedReads, expectedHitRate };
}

/** By name, most entries first; of kept entries alone. */
function countsOf(
  numbers: Uint32Array,
  reads: Float64Array,
  names: readonly string[],
  fates: Uint8Array,
): NamedCount[] {
  const counts = [...names, undefined].map((name): NamedCount => ({ name, entries: 0, expectedReads: 0 }));
  for (let entry = 0; entry < fates.length; entry++) {
    if ((fates[entry] as number) > fate.pinned) continue;
    const number = numbers[entry] as number;
    const count = counts[number === noDonor ? names.length : number] as NamedCount;
    count.entries++;
    count.expectedReads += reads[entry] as number;
  }
  return counts.filter(({ entries }) => entries > 0).sort((a, b) => b.entries - a.entries);
}
