import { encodeKeys } from '../agent/planned-keys.ts';
import { ForesyncError } from '../errors.ts';
import type { PlanEntry, PlanHeader } from '../plan/prefetch-plan.ts';
import type { RowKey } from '../row-key.ts';
import { printable } from '../text.ts';

/** Keys that are read together: one chunk, one transaction at the donor and one at the joiner. */
export interface Batch {
  keys: RowKey[];
  expectedReads: number;
}

/** A plan cut up for its donors. The same plan always gives the same batches, so that a Prefetch Cache finds them. */
export interface Batches {
  byDonor: Map<string, Batch[]>;
  keys: number;
  expectedReads: number;
}

/** Small enough that the best keys do not wait for others, large enough that a round trip is worth it. */
const keysPerBatch = 500;

/**
 * Deals a plan's entries out to donors, in their order. Entries under `minConfidence` that are not pinned are left out; entries of a donor
 * that is not in `donors`, or of none, go to the lead.
 */
export async function dealBatches(
  entries: AsyncIterable<PlanEntry>,
  options: { donors: ReadonlySet<string>; lead: string; minConfidence: number; signal: AbortSignal },
): Promise<Batches> {
  const byDonor = new Map<string, Batch[]>();
  let keys = 0;
  let expectedReads = 0;
  for await (const entry of entries) {
    options.signal.throwIfAborted();
    if (entry.confidence < options.minConfidence && !entry.pinned) continue;
    const donor = entry.donor !== undefined && options.donors.has(entry.donor) ? entry.donor : options.lead;
    const batches = byDonor.get(donor) ?? [];
    byDonor.set(donor, batches);
    let batch = batches.at(-1);
    if (!batch || batch.keys.length >= keysPerBatch) {
      batch = { keys: [], expectedReads: 0 };
      batches.push(batch);
    }
    batch.keys.push(entry.key);
    batch.expectedReads += entry.expectedReads;
    keys++;
    expectedReads += entry.expectedReads;
  }
  return { byDonor, keys, expectedReads };
}

/** Splits a batch of which only the first `keysRead` keys were covered. */
export function restOf(batch: Batch, keysRead: number): Batch | undefined {
  if (keysRead >= batch.keys.length) return undefined;
  const share = 1 - keysRead / batch.keys.length;
  return { keys: batch.keys.slice(keysRead), expectedReads: batch.expectedReads * share };
}

export function batchPart(batch: Batch): Buffer {
  return encodeKeys(batch.keys);
}

/** Refuses a plan that was made for another group or table. */
export function checkPlanFor(header: PlanHeader, group: { name: string; table: string }): void {
  for (const [what, planned, wanted] of [
    ['group', header.group, group.name],
    ['table', header.table, group.table],
  ]) {
    if (planned !== undefined && planned !== wanted) {
      throw new ForesyncError(
        'data',
        'plan-foreign',
        `The plan is for the ${what} ${printable(planned)}, not for ${printable(wanted ?? '')}.`,
        {
          hint: "Make one for this group with 'foresync plan'.",
        },
      );
    }
  }
}
