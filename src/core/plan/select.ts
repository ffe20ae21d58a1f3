import { assumedSizeBytes } from '../forecast/plan-size.ts';
import { orderByNumbers } from '../forecast/radix-order.ts';
import type { HotOrder } from '../state/parameters.ts';
import type { Candidates } from './candidates.ts';
import { earlyValues, type SnapshotTime } from './early-value.ts';
import { type KeyMarks, mark } from './key-marks.ts';
import { pinsOverBudget } from './pins-over-budget.ts';
import { type JoinedTable, worthAhead } from './worth-ahead.ts';

export interface PlanLimits {
  minConfidence: number;
  budgetKeys?: number | undefined;
  budgetBytes?: number | undefined;
  /** No more keys are planned than are worth going ahead in a join of this table. */
  sizedFor?: JoinedTable | undefined;
  /** What the order goes by; without it by early value per byte under a budget in bytes, else by expected reads. */
  order?: HotOrder | undefined;
}

export interface Selection {
  /** Places in the forecast of the known keys, best first, the pinned ones before all others. */
  order: Uint32Array;
  /** How many of `order` are pinned. */
  pinned: number;
  /** Pinned keys that the forecast does not know; they come after the pinned ones that it knows. */
  unseen: string[];
  /** Keys of the forecast that are excluded. */
  excluded: number;
  /** Keys of enough confidence that had better wait for the snapshot; always 0 where the order does not go by early value. */
  worthless: number;
  expectedReads: number;
  /** Of the entries whose size is known, or assumed under a budget in bytes. */
  bytes: number;
  /** What a key of unknown size was taken for; absent where that made no difference. */
  assumedSizeBytes: number | undefined;
}

export interface SelectionOptions {
  marks?: KeyMarks | undefined;
  /** Default: the snapshot takes the whole horizon. */
  snapshot?: SnapshotTime | undefined;
  /** Reads expected of keys that are not among the candidates; none by default. */
  unknownReads?: number | undefined;
}

/**
 * Chooses and orders the keys. Pinned ones come first, whatever their confidence, then those of enough confidence that are
 * not excluded; both by `limits.order`; of equal ones the one read last, then the first of the forecast; sized for a join, as many as are worth it. Where the order goes by early value, keys whose value is not above zero are not planned; under a budget in bytes and what does
 * not fit is passed over: smaller keys behind it may still fit. Throws `pins-over-budget` (kind `usage`).
 */
export function selectKeys(
  candidates: Candidates,
  limits: PlanLimits,
  { marks, snapshot, unknownReads = 0 }: SelectionOptions = {},
): Selection {
  const { expectedReads, horizonMs, lastReadMs, keys } = candidates;
  const order = orderOf(limits);
  const { budgetKeys = Number.POSITIVE_INFINITY, budgetBytes } = limits;
  const unseen = marks?.unseen ?? [];
  const sizes = sizesOf(candidates, unseen.length, budgetBytes !== undefined || order !== 'reads');
  const values =
    order !== 'early-value'
      ? new Float64Array(expectedReads)
      : earlyValues(candidates, snapshot ?? { startMs: 0, durationMs: horizonMs, from: 'horizon' });
  const eligible = eligibleKeys(candidates, limits, marks, values);
  if (order !== 'reads') perByte(values, sizes.bytes);
  const pinned = bestFirst(eligible.pinned, values, lastReadMs);
  const others = bestFirst(eligible.others, values, lastReadMs);

  const chosen = new Uint32Array(Math.min(keys.length, pinned.length + others.length));
  chosen.set(pinned);
  let entries = pinned.length;
  let bytes = unseen.length * sizes.assumed;
  let reads = 0;
  for (const index of pinned) {
    bytes += sizes.bytes[index] ?? 0;
    reads += expectedReads[index] ?? 0;
  }
  pinsOverBudget({ keys: pinned.length + unseen.length, bytes }, limits);
  const worth = worthOf({ pinned, others }, expectedReads, limits.sizedFor, unknownReads);
  for (const index of others) {
    if (entries >= worth || entries + unseen.length >= budgetKeys) break;
    const size = sizes.bytes[index] ?? 0;
    if (budgetBytes !== undefined && bytes + size > budgetBytes) continue;
    bytes += size;
    reads += expectedReads[index] ?? 0;
    chosen[entries++] = index;
  }
  return {
    order: chosen.subarray(0, entries),
    pinned: pinned.length,
    unseen,
    excluded: marks?.excluded ?? 0,
    worthless: eligible.worthless,
    expectedReads: reads,
    bytes,
    assumedSizeBytes: sizes.someAssumed ? sizes.assumed : undefined,
  };
}

/** How many known keys are worth going ahead, the pinned ones among them. */
function worthOf(
  { pinned, others }: { pinned: Uint32Array; others: Uint32Array },
  expectedReads: Candidates['expectedReads'],
  sizedFor: JoinedTable | undefined,
  unknownReads: number,
): number {
  if (!sizedFor) return Number.POSITIVE_INFINITY;
  const reads = new Float64Array(pinned.length + others.length);
  pinned.forEach((index, place) => {
    reads[place] = expectedReads[index] as number;
  });
  others.forEach((index, place) => {
    reads[pinned.length + place] = expectedReads[index] as number;
  });
  const restReads = Math.max(0, unknownReads + sum(expectedReads) - sum(reads));
  return worthAhead(reads, { rows: sizedFor.rows, restReads, least: pinned.length });
}

function sum(values: Float64Array | Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

export function orderOf({ order, budgetBytes }: PlanLimits): HotOrder {
  return order ?? (budgetBytes === undefined ? 'reads' : 'early-value');
}

function eligibleKeys(
  { confidence }: Candidates,
  limits: PlanLimits,
  marks: KeyMarks | undefined,
  values: Float64Array,
): { pinned: Uint32Array; others: Uint32Array; worthless: number } {
  const { minConfidence } = limits;
  const isByEarlyValue = orderOf(limits) === 'early-value';
  const pinned = new Uint32Array(marks?.pinned ?? 0);
  const others = new Uint32Array(values.length);
  const count = { pinned: 0, others: 0, worthless: 0 };
  for (let i = 0; i < values.length; i++) {
    const said = marks?.marks[i] ?? mark.none;
    if (said === mark.pinned) pinned[count.pinned++] = i;
    else if (said === mark.excluded || (confidence[i] ?? 0) < minConfidence) continue;
    else if (isByEarlyValue && (values[i] ?? 0) <= 0) count.worthless++;
    else others[count.others++] = i;
  }
  return { pinned, others: others.subarray(0, count.others), worthless: count.worthless };
}

/** Sorts places that ascend. */
function bestFirst(places: Uint32Array, values: Float64Array, lastReadMs: Float64Array): Uint32Array {
  return orderByNumbers(orderByNumbers(places, lastReadMs, 'descending'), values, 'descending');
}

/** A key of unknown size counts as one of the mean size under a budget in bytes, and as nothing without one. */
function sizesOf({ sizeBytes }: Candidates, unseen: number, matters: boolean) {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < sizeBytes.length; i++) {
    const size = sizeBytes[i] as number;
    if (Number.isNaN(size)) continue;
    sum += size;
    count++;
  }
  const mean = count > 0 ? Math.max(1, Math.round(sum / count)) : assumedSizeBytes;
  const assumed = matters ? mean : 0;
  return {
    bytes: sizeBytes.map((size) => (Number.isNaN(size) ? assumed : size)),
    assumed,
    someAssumed: matters && count < sizeBytes.length + unseen,
  };
}

function perByte(values: Float64Array, sizes: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) / Math.max(1, sizes[i] ?? 0);
}
