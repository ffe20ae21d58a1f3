import { DecayFamily } from '../decay-family.ts';
import { halfLivesInHorizons } from '../half-lives.ts';
import type { SeriesColumns } from '../series/series-store.ts';

/** What a key's features are measured in: all ages are in horizons, so that a forest sees hours and weeks alike. */
export interface FeatureScale {
  bucketMs: number;
  horizonBuckets: number;
  /** Whether every key has a size: where only some have one, having it may tell of accesses that were still to come. */
  sizesKnown: boolean;
  /** The widest span that any age can have. */
  spanBuckets: number;
}

const dayMs = 86_400_000;
const writeHalfLives = [1 / 4, 2, 16];
const slotHalfLives = [1, 4, 16];
const windowCounts = [2, 4, 8, 16, 32];
/** Stands for an age that is not known: longer than any. */
const never = 1e6;
/** Stands for a bucket that is not known: buckets before 1970 are below zero. */
const none = -(2 ** 31);

export const ownFeatureNames = [
  ...halfLivesInHorizons.map((h) => `reads, half-life ${h}H`),
  ...slotHalfLives.map((h) => `active slots, half-life ${h}H`),
  ...writeHalfLives.map((h) => `writes, half-life ${h}H`),
  'age of last read',
  'age of last write',
  'age of last access',
  'age of first access',
  'last gap',
  'gap before',
  'mean log gap',
  'age of last access over mean gap',
  'fast over middle',
  'middle over slow',
  'reads last horizon',
  'reads horizon before',
  'reads third horizon',
  ...windowCounts.map((n) => `active of last ${n} horizons`),
  'reads a day before',
  'reads 2 days before',
  'reads 7 days, mean',
  'reads a week before',
  'reads 4 weeks, mean',
  'reads a day before, wide',
  'reads a week before, wide',
  'reads in all',
  'writes in all',
  'reads an active slot',
  'size',
  'time of day against the origin, cosine',
  'time of day against the origin, sine',
] as const;

/** Computes the features of single keys at single origins. Holds buffers, so one for each thread. */
export class OwnFeatures {
  readonly #columns: SeriesColumns;
  readonly #scale: FeatureScale;
  readonly #readDecays: DecayFamily;
  readonly #writeDecays: DecayFamily;
  readonly #slotDecays: DecayFamily;
  readonly #slotBuckets: number;
  readonly #reads: Float64Array;
  readonly #writes: Float64Array;
  readonly #slots: Float64Array;
  readonly #dayBuckets: number;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;
  #cumulated = new Float64Array(1024);

  constructor(columns: SeriesColumns, scale: FeatureScale) {
    const { horizonBuckets, spanBuckets } = scale;
    const family = (multiples: readonly number[]) =>
      new DecayFamily(
        multiples.map((multiple) => multiple * horizonBuckets),
        spanBuckets,
      );
    this.#columns = columns;
    this.#scale = scale;
    this.#readDecays = family(halfLivesInHorizons);
    this.#writeDecays = family(writeHalfLives);
    this.#slotDecays = family(slotHalfLives);
    this.#slotBuckets = Math.max(1, Math.round(horizonBuckets / 24));
    this.#dayBuckets = Math.max(1, Math.round(dayMs / scale.bucketMs));
    const angle = (_: number, bucket: number) => (2 * Math.PI * bucket) / this.#dayBuckets;
    this.#cosines = new Float64Array(this.#dayBuckets).map(angle).map(Math.cos);
    this.#sines = new Float64Array(this.#dayBuckets).map(angle).map(Math.sin);
    this.#reads = new Float64Array(halfLivesInHorizons.length);
    this.#writes = new Float64Array(writeHalfLives.length);
    this.#slots = new Float64Array(slotHalfLives.length);
  }

  /** Writes the key's features at the bucket `origin` into `row` from `start` on; returns the place after them. The key must have been accessed before. */
  write(key: number, origin: number, row: Float32Array, start: number): number {
    let at = start;
    const { offsets, buckets, reads, writes, sizeBytes } = this.#columns;
    const { horizonBuckets: h } = this.#scale;
    const from = offsets[key]!;
    const to = offsets[key + 1]!;
    const decayedReads = this.#reads.fill(0);
    const decayedWrites = this.#writes.fill(0);
    const slots = this.#slots.fill(0);
    if (this.#cumulated.length < to - from + 1) this.#cumulated = new Float64Array((to - from) * 2);
    const cumulated = this.#cumulated;
    let lastRead = none;
    let lastWrite = none;
    let lastSlot = none;
    let slotsInAll = 0;
    let sumReads = 0;
    let sumWrites = 0;
    let [gap1, gap2, logGaps, gaps] = [0, 0, 0, 0];
    let [cosine, sine, phases] = [0, 0, 0];
    let last = none;
    let i = from;
    for (; i < to; i++) {
      const bucket = buckets[i]!;
      if (bucket >= origin) break;
      cumulated[i - from] = sumReads;
      if (last !== none) {
        gap2 = gap1;
        gap1 = bucket - last;
        logGaps = gaps === 0 ? Math.log(gap1) : logGaps * 0.7 + Math.log(gap1) * 0.3;
        gaps++;
      }
      last = bucket;
      const count = reads[i]!;
      if (count > 0) {
        sumReads += count;
        if (lastRead === none) lastRead = bucket;
        this.#readDecays.fade(decayedReads, bucket - lastRead);
        for (let k = 0; k < decayedReads.length; k++) decayedReads[k]! += count;
        lastRead = bucket;
        const slot = Math.floor(bucket / this.#slotBuckets);
        if (slot !== lastSlot) {
          if (lastSlot === none) lastSlot = slot;
          this.#slotDecays.set((slot - lastSlot) * this.#slotBuckets);
          for (let k = 0; k < slots.length; k++) slots[k] = slots[k]! * this.#slotDecays.decays[k]! + 1;
          const fade = this.#slotDecays.decays[2]!;
          const time = modulo(bucket, this.#dayBuckets);
          cosine = cosine * fade + this.#cosines[time]!;
          sine = sine * fade + this.#sines[time]!;
          phases = phases * fade + 1;
          slotsInAll++;
          lastSlot = slot;
        }
      }
      const written = writes[i]!;
      if (written > 0) {
        sumWrites += written;
        if (lastWrite === none) lastWrite = bucket;
        this.#writeDecays.fade(decayedWrites, bucket - lastWrite);
        for (let k = 0; k < decayedWrites.length; k++) decayedWrites[k]! += written;
        lastWrite = bucket;
      }
    }
    const known = i - from;
    cumulated[known] = sumReads;
    if (lastRead !== none) {
      this.#readDecays.fade(decayedReads, origin - lastRead);
      this.#slotDecays.fade(slots, Math.max(0, origin - lastSlot * this.#slotBuckets));
    }
    if (lastWrite !== none) this.#writeDecays.fade(decayedWrites, origin - lastWrite);
    for (let k = 0; k < decayedReads.length; k++) row[at++] = decayedReads[k]!;
    for (let k = 0; k < slots.length; k++) row[at++] = slots[k]!;
    for (let k = 0; k < decayedWrites.length; k++) row[at++] = decayedWrites[k]!;
    const age = (bucket: number) => (bucket === none ? never : (origin - bucket) / h);
    const meanGap = gaps === 0 ? never : Math.exp(logGaps) / h;
    row[at++] = age(lastRead);
    row[at++] = age(lastWrite);
    row[at++] = age(last);
    row[at++] = age(buckets[from]!);
    row[at++] = gaps < 1 ? never : gap1 / h;
    row[at++] = gaps < 2 ? never : gap2 / h;
    row[at++] = meanGap;
    row[at++] = gaps < 1 ? -1 : age(last) / meanGap;
    row[at++] = ratio(decayedReads[1]!, decayedReads[4]!);
    row[at++] = ratio(decayedReads[3]!, decayedReads[7]!);
    const between = (start: number, end: number) =>
      cumulated[this.#find(from, known, end)]! - cumulated[this.#find(from, known, start)]!;
    row[at++] = between(origin - h, origin);
    row[at++] = between(origin - 2 * h, origin - h);
    row[at++] = between(origin - 3 * h, origin - 2 * h);
    at = this.#writeActiveWindows(from, known, origin, row, at);
    const perDay = dayMs / this.#scale.bucketMs;
    const first = buckets[from]!;
    const cycle = (period: number, times: number, wide: number) => {
      let sum = 0;
      let seen = 0;
      let shift = Math.max(1, Math.ceil(h / period)) * period;
      for (let k = 0; k < times; k++, shift += period) {
        if (origin - shift + h <= first) break;
        sum += between(origin - shift - wide * h, origin - shift + h + wide * h);
        seen++;
      }
      return seen === 0 ? -1 : sum / seen;
    };
    row[at++] = cycle(perDay, 1, 0);
    row[at++] = cycle(perDay, 2, 0);
    row[at++] = cycle(perDay, 7, 0);
    row[at++] = cycle(perDay * 7, 1, 0);
    row[at++] = cycle(perDay * 7, 4, 0);
    row[at++] = cycle(perDay, 1, 0.5);
    row[at++] = cycle(perDay * 7, 1, 0.5);
    row[at++] = sumReads;
    row[at++] = sumWrites;
    row[at++] = slotsInAll === 0 ? 0 : sumReads / slotsInAll;
    const size = sizeBytes[key]!;
    row[at++] = this.#scale.sizesKnown ? size : -1;
    const now = modulo(origin, this.#dayBuckets);
    const [c, d] = [this.#cosines[now]!, this.#sines[now]!];
    row[at++] = phases > 0 ? (cosine * c + sine * d) / phases : 0;
    row[at++] = phases > 0 ? (sine * c - cosine * d) / phases : 0;
    return at;
  }

  #writeActiveWindows(from: number, known: number, origin: number, row: Float32Array, at: number): number {
    const { buckets, reads } = this.#columns;
    const { horizonBuckets: h } = this.#scale;
    let active = 0;
    let window = -1;
    let w = 0;
    for (let i = from + known - 1; i >= from; i--) {
      const behind = Math.floor((origin - 1 - buckets[i]!) / h);
      while (w < windowCounts.length && behind >= windowCounts[w]!) {
        row[at + w] = active;
        w++;
      }
      if (w === windowCounts.length) break;
      if (reads[i]! > 0 && behind !== window) {
        active++;
        window = behind;
      }
    }
    for (; w < windowCounts.length; w++) row[at + w] = active;
    return at + windowCounts.length;
  }

  /** How many of the key's first `known` buckets are below `bucket`. */
  #find(from: number, known: number, bucket: number): number {
    const { buckets } = this.#columns;
    let low = 0;
    let high = known;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (buckets[from + middle]! < bucket) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

function ratio(a: number, b: number): number {
  return b > 0 ? a / b : -1;
}
