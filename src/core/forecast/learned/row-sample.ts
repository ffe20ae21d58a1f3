import { isKnown } from '../features/feature-rows.ts';
import type { SeriesColumns } from '../series/series-store.ts';
import type { Signals } from '../series/signals.ts';

/**
 * Which keys the forests learn from and are judged on at each origin. Keys that are read lately or often are all in it, of
 * the many others a share, each standing for as many as its weight says (Horvitz and Thompson 1952).
 */
export interface RowSample {
  /** By origin. */
  keys: Uint32Array[];
  /** One over the chance of being taken, beside the keys. */
  weights: Float32Array[];
  /** Known keys by origin, taken or not. */
  known: number[];
}

/** Part of the chance that a key without any recent access has. */
const least = 0.15;
const rounds = 50;

/** Takes about `limit` rows at most. The same columns and seed give the same sample. */
export function sampleRows(
  columns: SeriesColumns,
  origins: number[],
  signals: Signals,
  { limit, seed }: { limit: number; seed: number },
): RowSample {
  const known = origins.map((origin) => knownKeys(columns, origin));
  const factor = inclusionFactor(known, signals, limit);
  const sample: RowSample = { keys: [], weights: [], known: known.map((keys) => keys.length) };
  for (const [o, keys] of known.entries()) {
    const taken = new Uint32Array(keys.length);
    const weights = new Float32Array(keys.length);
    let count = 0;
    for (const key of keys) {
      const chance = Math.min(1, factor * interest(signals[o]!, key));
      if (chance < 1 && hashed(key, o, seed) >= chance) continue;
      taken[count] = key;
      weights[count++] = 1 / chance;
    }
    sample.keys.push(taken.slice(0, count));
    sample.weights.push(weights.slice(0, count));
  }
  return sample;
}

function knownKeys(columns: SeriesColumns, origin: number): Uint32Array {
  const keys = new Uint32Array(columns.keys);
  let count = 0;
  for (let key = 0; key < columns.keys; key++) if (isKnown(columns, key, origin)) keys[count++] = key;
  return keys.subarray(0, count);
}

function interest([, long, any]: Signals[number], key: number): number {
  return Math.sqrt(long![key]!) + Math.sqrt(any![key]!) / 2 + least;
}

/** The factor with which the chances add up to `limit`, by bisection over a histogram of the logarithms. */
function inclusionFactor(known: Uint32Array[], signals: Signals, limit: number): number {
  const total = known.reduce((sum, keys) => sum + keys.length, 0);
  if (total <= limit) return Number.POSITIVE_INFINITY;
  const perOctave = 16;
  const counts = new Float64Array(40 * perOctave);
  const binOf = (value: number) =>
    Math.max(0, Math.min(counts.length - 1, Math.floor((Math.log2(value) + 4) * perOctave)));
  for (const [o, keys] of known.entries())
    for (const key of keys) counts[binOf(interest(signals[o]!, key))]! += 1;
  const expected = (factor: number) => {
    let sum = 0;
    for (let bin = 0; bin < counts.length; bin++)
      if (counts[bin]! > 0) sum += counts[bin]! * Math.min(1, factor * 2 ** ((bin + 0.5) / perOctave - 4));
    return sum;
  };
  let [low, high] = [1e-12, 1e6];
  for (let round = 0; round < rounds; round++) {
    const middle = Math.sqrt(low * high);
    if (expected(middle) > limit) high = middle;
    else low = middle;
  }
  return low;
}

/** A number in [0, 1) that depends on key, origin and seed alone (the finaliser of MurmurHash3, Appleby 2011). */
function hashed(key: number, origin: number, seed: number): number {
  let h =
    Math.imul(key + 1, 0x9e3779b1) ^ Math.imul(origin + 1, 0x85ebca77) ^ Math.imul(seed + 1, 0xc2b2ae3d);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
