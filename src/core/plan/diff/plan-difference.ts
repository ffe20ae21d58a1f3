import { isDeepStrictEqual } from 'node:util';
import { ForesyncError } from '../../errors.ts';
import { orderByNumbers } from '../../forecast/radix-order.ts';
import { printable } from '../../text.ts';
import type { ListedEntry } from '../inspect/inspection-report.ts';
import { editsOf } from '../inspect/plan-edits.ts';
import type { PlanIndex } from '../inspect/plan-index.ts';
import { outcomeOf, type PlanTotals } from '../inspect/plan-outcome.ts';
import type { PlanHeader } from '../prefetch-plan.ts';
import { type ComparedField, comparedFields, fieldTests } from './entry-fields.ts';
import { pairEntries, unpaired } from './pair-entries.ts';

export interface ChangedEntry {
  a: ListedEntry;
  b: ListedEntry;
  fields: ComparedField[];
}

/** How plan B differs from plan A; everything that a page or `--json` says of it. */
export interface PlanDifference {
  a: { file: string; totals: PlanTotals };
  b: { file: string; totals: PlanTotals };
  /** Neither the header nor any entry differs, nor their order. */
  same: boolean;
  /** Fields of the header that differ; absent values are undefined. */
  header: { field: string; a: unknown; b: unknown }[];
  /** Keys of B alone, of A alone, of both with other figures, and of both with the same. */
  added: { keys: number; expectedReads: number; bytes: number };
  dropped: { keys: number; expectedReads: number; bytes: number };
  changed: { keys: number; byField: Record<ComparedField, number> };
  unchanged: { keys: number };
  /** The keys of both plans are not in the same order. */
  reordered: boolean;
  /** The first of each kind: those with most expected reads, or whose expected reads changed most. */
  first: { added: ListedEntry[]; dropped: ListedEntry[]; changed: ChangedEntry[] };
}

/**
 * Compares two plans of one table. Memory grows with the entries alone, by some 100 bytes each. Throws `plan-foreign` (kind `data`);
 * rejects when the signal trips.
 */
export async function diffPlans(
  a: PlanIndex,
  b: PlanIndex,
  { limit, signal }: { limit: number; signal?: AbortSignal | undefined },
): Promise<PlanDifference> {
  refuseOtherTable(a.header, b.header);
  const pairs = await pairEntries(a, b, signal);
  const found = comparePairs(a, b, pairs);
  const header = headerChanges(a.header, b.header);
  const { added, dropped, changed, reordered } = found;
  return {
    a: { file: a.file, totals: totalsOf(a) },
    b: { file: b.file, totals: totalsOf(b) },
    same: header.length + added.length + dropped.length + changed.length === 0 && !reordered,
    header,
    added: sumsOf(b, added),
    dropped: sumsOf(a, dropped),
    changed: { keys: changed.length, byField: found.byField },
    unchanged: { keys: a.length - dropped.length - changed.length },
    reordered,
    first: {
      added: mostRead(b, added, limit).map((entry) => listed(b, entry)),
      dropped: mostRead(a, dropped, limit).map((entry) => listed(a, entry)),
      changed: mostMoved(a, b, pairs, changed, limit),
    },
  };
}

function refuseOtherTable(a: PlanHeader, b: PlanHeader): void {
  for (const field of ['group', 'table'] as const) {
    const [one, other] = [a[field], b[field]];
    if (one === undefined || other === undefined || one === other) continue;
    throw new ForesyncError(
      'data',
      'plan-foreign',
      `One plan is for the ${field} ${printable(one, 80)}, the other for ${printable(other, 80)}.`,
      { hint: 'Compare plans of one table: the keys of others have nothing in common.' },
    );
  }
}

function comparePairs(a: PlanIndex, b: PlanIndex, pairs: Uint32Array) {
  const byField = Object.fromEntries(comparedFields.map((field) => [field, 0])) as Record<
    ComparedField,
    number
  >;
  const isPaired = new Uint8Array(b.length);
  const dropped = new Uint32Array(a.length);
  const changed = new Uint32Array(a.length);
  const count = { dropped: 0, changed: 0 };
  const differs = fieldTests(a, b);
  let reordered = false;
  let before = -1;
  for (let entry = 0; entry < a.length; entry++) {
    const other = pairs[entry] as number;
    if (other === unpaired) {
      dropped[count.dropped++] = entry;
      continue;
    }
    isPaired[other] = 1;
    if (other < before) reordered = true;
    before = other;
    let isChanged = false;
    for (const field of comparedFields) {
      if (!differs[field](entry, other)) continue;
      byField[field]++;
      isChanged = true;
    }
    if (isChanged) changed[count.changed++] = entry;
  }
  const added = new Uint32Array(b.length - (a.length - count.dropped));
  let next = 0;
  for (let entry = 0; entry < b.length; entry++) if (isPaired[entry] === 0) added[next++] = entry;
  return {
    added,
    dropped: dropped.subarray(0, count.dropped),
    changed: changed.subarray(0, count.changed),
    byField,
    reordered,
  };
}

function headerChanges(a: PlanHeader, b: PlanHeader): PlanDifference['header'] {
  const fields = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const fieldOf = (header: PlanHeader, field: string) =>
    Object.hasOwn(header, field) ? header[field] : undefined;
  return fields
    .map((field) => ({ field, a: fieldOf(a, field), b: fieldOf(b, field) }))
    .filter((change) => !isDeepStrictEqual(change.a, change.b));
}

function totalsOf(index: PlanIndex): PlanTotals {
  const { entries, pinned, bytes, unknownSizes, expectedReads, expectedHitRate } = outcomeOf(
    index,
    editsOf(index, { minConfidence: 0 }),
  );
  return { entries, pinned, bytes, unknownSizes, expectedReads, expectedHitRate };
}

function sumsOf({ columns }: PlanIndex, entries: Uint32Array) {
  const sums = { keys: entries.length, expectedReads: 0, bytes: 0 };
  for (const entry of entries) {
    const size = columns.sizeBytes[entry] as number;
    sums.expectedReads += columns.expectedReads[entry] as number;
    sums.bytes += Number.isNaN(size) ? 0 : size;
  }
  return sums;
}

function mostRead({ columns }: PlanIndex, entries: Uint32Array, limit: number): number[] {
  return [...orderByNumbers(entries.slice(), columns.expectedReads, 'descending').subarray(0, limit)];
}

/** By how far the expected reads moved, then by the confidence. */
function mostMoved(
  a: PlanIndex,
  b: PlanIndex,
  pairs: Uint32Array,
  changed: Uint32Array,
  limit: number,
): ChangedEntry[] {
  const moved = (column: 'confidence' | 'expectedReads') => {
    const by = new Float64Array(a.length);
    const [before, after] = [a.columns[column], b.columns[column]];
    for (const entry of changed)
      by[entry] = Math.abs((after[pairs[entry] as number] as number) - (before[entry] as number));
    return by;
  };
  const byConfidence = orderByNumbers(changed.slice(), moved('confidence'), 'descending');
  const order = orderByNumbers(byConfidence, moved('expectedReads'), 'descending').subarray(0, limit);
  const differs = fieldTests(a, b);
  return Array.from(order, (entry) => {
    const other = pairs[entry] as number;
    const fields = comparedFields.filter((field) => differs[field](entry, other));
    return { a: listed(a, entry), b: listed(b, other), fields };
  });
}

function listed(index: PlanIndex, entry: number): ListedEntry {
  return { place: entry + 1, ...index.entryAt(entry) };
}
