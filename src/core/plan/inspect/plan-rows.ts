import { allPlaces, orderByNumbers } from '../../forecast/radix-order.ts';
import { noDonor } from './entry-columns.ts';
import type { PlanIndex } from './plan-index.ts';

/** What entries can be sorted by; `plan` is the order in which they are sent. */
export const sortOrders = ['plan', 'confidence', 'reads', 'writes', 'size', 'time'] as const;

export type SortOrder = (typeof sortOrders)[number];

/** Which entries are listed, and in which order; none of it changes the plan. */
export interface PlanView {
  sort: SortOrder;
  /** What is largest comes first, or with `plan` and `time` what is first; reversed, last. */
  reverse: boolean;
  /** Lists only entries with this confidence or more. */
  leastConfidence: number | undefined;
  /** Lists only entries of this donor; '' for those without any. */
  donor: string | undefined;
  model: string | undefined;
}

export const wholeView: PlanView = {
  sort: 'plan',
  reverse: false,
  leastConfidence: undefined,
  donor: undefined,
  model: undefined,
};

/** The entries of a plan in an order; equal ones in the plan's. Unknown sizes come last, or reversed first. */
export function sortedEntries(index: PlanIndex, sort: SortOrder, reverse: boolean): Uint32Array {
  const places = allPlaces(index.length);
  if (sort === 'plan') return reverse ? places.reverse() : places;
  const { columns } = index;
  const values = {
    confidence: () => columns.confidence,
    reads: () => columns.expectedReads,
    writes: () => columns.expectedWrites,
    size: () => columns.sizeBytes.map((size) => (Number.isNaN(size) ? -1 : size)),
    time: () => columns.expectedAtMs,
  }[sort]();
  return orderByNumbers(places, values, (sort === 'time') !== reverse ? 'ascending' : 'descending');
}

/** Those of `entries` that a view lists, in their order. */
export function listedEntries(
  { columns }: PlanIndex,
  entries: Uint32Array,
  { leastConfidence = 0, donor, model }: PlanView,
): Uint32Array {
  if (leastConfidence === 0 && donor === undefined && model === undefined) return entries;
  // A name that the plan does not have matches nothing.
  const donorPlace = donor === undefined ? undefined : donor === '' ? noDonor : columns.donors.indexOf(donor);
  const modelPlace = model === undefined ? undefined : columns.models.indexOf(model);
  return entries.filter(
    (entry) =>
      (columns.confidence[entry] as number) >= leastConfidence &&
      (donorPlace === undefined || columns.donor[entry] === donorPlace) &&
      (modelPlace === undefined || columns.model[entry] === modelPlace),
  );
}
