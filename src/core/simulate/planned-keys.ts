import { logKeyOf } from '../metrics/plan-text.ts';
import type { PlanEntry } from '../plan/prefetch-plan.ts';
import type { KeySample } from './key-sample.ts';
import type { KnownKeys } from './known-keys.ts';
import { unseen } from './logged-reads.ts';

/** A plan's keys in its order, those outside of the sample left out. */
export interface PlannedKeys {
  /** Places in the columns of keys. */
  places: Uint32Array;
  /** Side by side with the places; Infinity for a pinned key, which stays under every threshold. */
  confidence: Float64Array;
  /** How many were not known before. Many, where plan and log are not of one table. */
  unknown: number;
}

/** Finds a plan's keys among those that are known; others are added. */
export async function plannedKeys(
  entries: AsyncIterable<PlanEntry> | Iterable<PlanEntry>,
  keys: KnownKeys,
  sample: KeySample,
): Promise<PlannedKeys> {
  const places: number[] = [];
  const confidences: number[] = [];
  const known = keys.length;
  for await (const { key, sizeBytes, confidence, pinned = false } of entries) {
    const name = logKeyOf(key);
    if (!sample.hasText(name)) continue;
    const place = keys.placeOf(name) ?? keys.add(name, unseen(sample.placeOf(name)));
    if (sizeBytes !== undefined && Number.isNaN(keys.sizeBytes[place])) keys.sizeBytes[place] = sizeBytes;
    places.push(place);
    confidences.push(pinned ? Number.POSITIVE_INFINITY : confidence);
  }
  return {
    places: Uint32Array.from(places),
    confidence: Float64Array.from(confidences),
    unknown: keys.length - known,
  };
}

/** The keys that a threshold leaves of a plan. */
export function sureKeys({ places, confidence }: PlannedKeys, minConfidence: number): Uint32Array {
  return places.filter((_, at) => (confidence[at] as number) >= minConfidence);
}
