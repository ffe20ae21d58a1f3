import { orderByNumbers } from '../forecast/radix-order.ts';
import type { HotLoad } from './join-model.ts';
import type { KnownKeys } from './known-keys.ts';

/** In which order rows go ahead of the snapshot; `copy` sends none ahead. */
export const orderNames = ['foresync', 'lfu', 'lru', 'copy', 'oracle'] as const;
export type OrderName = (typeof orderNames)[number];

/** Of the whole table. */
export interface HotBudget {
  keys?: number | undefined;
  bytes?: number | undefined;
}

/** Keys that go ahead, best first, and how much of the whole table that is. */
export interface HotList {
  keys: Uint32Array;
  load: HotLoad;
}

/** Keys that were read most often before the origin first; of equal ones the one read last. */
export function mostFrequent(keys: KnownKeys): Uint32Array {
  const recent = mostRecent(keys);
  return orderByNumbers(recent, keys.pastReads.subarray(0, keys.length), 'descending');
}

/** Keys that were read last before the origin first. */
export function mostRecent(keys: KnownKeys): Uint32Array {
  return best(keys, keys.lastReadMs);
}

/** Keys of the largest values first; those without a value above 0 are left out. */
export function best(keys: KnownKeys, values: Float64Array): Uint32Array {
  const places = new Uint32Array(keys.length);
  let known = 0;
  for (let key = 0; key < keys.length; key++) if ((values[key] as number) > 0) places[known++] = key;
  return orderByNumbers(places.subarray(0, known), values.subarray(0, keys.length), 'descending');
}

/**
 * The first keys that a budget has room for; one whose row does not fit the rest of the bytes is passed over. Each key stands for
 * 1 / `share` of the whole table.
 */
export function withinBudget(
  keys: KnownKeys,
  order: Uint32Array,
  { budget, share, rowBytes }: { budget: HotBudget; share: number; rowBytes: number },
): HotList {
  const mostKeys = (budget.keys ?? Number.POSITIVE_INFINITY) * share;
  const mostBytes = (budget.bytes ?? Number.POSITIVE_INFINITY) * share;
  const kept = new Uint32Array(order.length);
  let length = 0;
  let bytes = 0;
  for (const key of order) {
    if (length + 1 > mostKeys + 1e-9) break;
    const size = keys.sizeBytes[key] as number;
    const next = bytes + (Number.isNaN(size) ? rowBytes : size);
    if (next > mostBytes) continue;
    bytes = next;
    kept[length++] = key;
  }
  return { keys: kept.subarray(0, length), load: { rows: length / share, bytes: bytes / share } };
}
