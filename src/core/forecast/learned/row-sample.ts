import { isKnown, type Signals, signalCount } from '../series/signals.ts';

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

/** Takes about `limit` rows at most of so many keys, at each origin but the last of the signals. The same signals and seed give the same sample. */
export function sampleRows(
  keys: number,
  signals: Signals,
  { limit, seed }: { limit: number; seed: number },
): RowSample {
  const past = signals.slice(0, -1);
  const census = censusOf(keys, past);
  const factor = inclusionFactor(census, limit);
  const sample: RowSample = { keys: [], weights: [], known: census.known };
  for (const [o, of] of past.entries()) {
    const taken: number[] = [];
    const weights: number[] = [];
    for (let key = 0; key < keys; key++) {
      if (!isKnown(of, key)) continue;
      const chance = Math.min(1, factor * interest(of, key));
      if (chance < 1 && hashed(key, o, seed) >= chance) continue;
      taken.push(key);
      weights.push(1 / chance);
    }
    sample.keys.push(Uint32Array.from(taken));
    sample.weights.push(Float32Array.from(weights));
  }
  return sample;
}

function interest(of: Float32Array, key: number): number {
  return Math.sqrt(of[key * signalCount + 1]!) + Math.sqrt(of[key * signalCount + 2]!) / 2 + least;
}

interface Census {
  /** By origin. */
  known: number[];
  /** Known keys of all origins by the logarithm of the interest in them. */
  counts: Float64Array;
}

const perOctave = 16;
const octaves = 40;
/** The least interest is just above 2^−4. */
const octavesBelowOne = 4;

function censusOf(keys: number, past: Signals): Census {
  const counts = new Float64Array(octaves * perOctave);
  const known = past.map((of) => {
    let sum = 0;
    for (let key = 0; key < keys; key++) {
      if (!isKnown(of, key)) continue;
      const bin = Math.floor((Math.log2(interest(of, key)) + octavesBelowOne) * perOctave);
      counts[Math.max(0, Math.min(counts.length - 1, bin))]! += 1;
      sum++;
    }
    return sum;
  });
  return { known, counts };
}

/** The factor with which the chances add up to `limit`, by bisection over the census. */
function inclusionFactor({ known, counts }: Census, limit: number): number {
  if (known.reduce((sum, keys) => sum + keys, 0) <= limit) return Number.POSITIVE_INFINITY;
  const expected = (factor: number) => {
    let sum = 0;
    for (let bin = 0; bin < counts.length; bin++)
      if (counts[bin]! > 0)
        sum += counts[bin]! * Math.min(1, factor * 2 ** ((bin + 0.5) / perOctave - octavesBelowOne));
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
