import type { Forecast } from '../forecast/forecast.ts';
import { rankKeys } from '../forecast/key-forecast.ts';

export interface PlanLimits {
  minConfidence: number;
  budgetKeys?: number | undefined;
  budgetBytes?: number | undefined;
}

export interface Selection {
  /** Places in the forecast, best first. */
  order: Uint32Array;
  expectedReads: number;
  /** Of the entries whose size is known, or assumed under a budget in bytes. */
  bytes: number;
  /** What a key of unknown size was taken for; absent where that made no difference. */
  assumedSizeBytes: number | undefined;
}

/** Taken for a row's size where no log gives any. */
const defaultSizeBytes = 256;

/**
 * Chooses and orders the keys: those of enough confidence, with a budget in bytes by expected reads per byte, else by
 * expected reads; of equal ones the one read last, then the first of the history. What does not fit a budget in bytes is
 * passed over, and smaller keys behind it may still fit.
 */
export function selectKeys(forecast: Forecast, limits: PlanLimits): Selection {
  const { budgetKeys = Number.POSITIVE_INFINITY, budgetBytes } = limits;
  const sizes = forecast.scan.sizeBytes.subarray(0, forecast.keys.length);
  const assumed = budgetBytes === undefined ? undefined : meanSize(sizes);
  const sizeOf = (index: number) => known(sizes[index]) ?? assumed?.size ?? 0;
  const ranked = rankKeys(forecast, limits.minConfidence, budgetBytes === undefined ? undefined : sizeOf);
  const order = new Uint32Array(ranked.length);
  let entries = 0;
  let bytes = 0;
  let expectedReads = 0;
  for (const index of ranked) {
    if (entries >= budgetKeys) break;
    const size = sizeOf(index);
    if (budgetBytes !== undefined && bytes + size > budgetBytes) continue;
    bytes += size;
    expectedReads += forecast.expectedReads[index] ?? 0;
    order[entries++] = index;
  }
  return {
    order: order.subarray(0, entries),
    expectedReads,
    bytes,
    assumedSizeBytes: assumed?.missing ? assumed.size : undefined,
  };
}

function known(size: number | undefined): number | undefined {
  return Number.isNaN(size) ? undefined : size;
}

function meanSize(sizes: Float64Array): { size: number; missing: boolean } {
  let sum = 0;
  let count = 0;
  for (const size of sizes) {
    if (Number.isNaN(size)) continue;
    sum += size;
    count++;
  }
  return {
    size: count > 0 ? Math.max(1, Math.round(sum / count)) : defaultSizeBytes,
    missing: count < sizes.length,
  };
}
