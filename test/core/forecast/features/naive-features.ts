import { ownFeatureNames } from '../../../../src/core/forecast/features/own-features.ts';
import { type Access, decayed, type ExampleSeries } from '../series/example-columns.ts';

const never = 1e6;
const dayBuckets = 24;

/** The features of a key by their definitions, with buckets of an hour; slowly. NaN where it is decayed too far to be told. */
export function naiveFeatures(one: ExampleSeries, origin: number, h: number): Map<string, number> {
  const known = one.accesses.filter(({ bucket }) => bucket < origin);
  const read = known.filter(({ reads }) => reads > 0);
  const reads = (access: Access) => access.reads;
  const decayedReads = (horizons: number) => decayed(one, origin, horizons * h, reads);
  const between = (from: number, until: number) =>
    known
      .filter(({ bucket }) => bucket >= from && bucket < until)
      .reduce((sum, access) => sum + access.reads, 0);
  const age = (access: Access | undefined) => (access ? (origin - access.bucket) / h : never);
  const first = known[0]?.bucket ?? 0;
  const gaps = known.slice(1).map(({ bucket }, i) => bucket - (known[i]?.bucket ?? 0));
  const meanGap = meanGapOf(gaps) / h;

  const slotBuckets = Math.max(1, Math.round(h / 24));
  const slots = [...new Set(read.map(({ bucket }) => Math.floor(bucket / slotBuckets)))];
  // A slot's time of day is that of its first read.
  const times = slots.map((slot) => read.find(({ bucket }) => Math.floor(bucket / slotBuckets) === slot));
  const slotAge = (slot: number) => Math.max(0, origin - slot * slotBuckets);
  const decayedSlots = (horizons: number) =>
    slots.reduce((sum, slot) => sum + 2 ** (-slotAge(slot) / (horizons * h)), 0);
  const latestSlot = slots.at(-1) ?? 0;
  const phase = (part: (angle: number) => number) => {
    let [sum, all] = [0, 0];
    for (const [i, slot] of slots.entries()) {
      const weight = 2 ** (-((latestSlot - slot) * slotBuckets) / (16 * h));
      sum += weight * part((2 * Math.PI * ((times[i]?.bucket ?? 0) - origin)) / dayBuckets);
      all += weight;
    }
    return all > 0 ? sum / all : 0;
  };
  const cycle = (period: number, times: number, wide = 0) => {
    const skipped = Math.max(1, Math.ceil(h / period));
    const found: number[] = [];
    for (let k = 0; k < times; k++) {
      const from = origin - (skipped + k) * period;
      if (from + h <= first) break;
      found.push(between(from - wide * h, from + h + wide * h));
    }
    return found.length === 0 ? -1 : found.reduce((sum, n) => sum + n, 0) / found.length;
  };
  const activeOf = (windows: number) =>
    new Set(read.map(({ bucket }) => Math.floor((origin - 1 - bucket) / h)).filter((w) => w < windows)).size;
  const sum = (count: (access: Access) => number) => known.reduce((all, access) => all + count(access), 0);
  const ratio = (a: number, b: number) => (b === 0 ? -1 : b < 2 ** -60 ? Number.NaN : a / b);

  const parametric = (name: string): number | undefined => {
    const [, horizons = ''] = /half-life (.*)H$/.exec(name) ?? [];
    if (name.startsWith('reads, half-life')) return decayedReads(Number(horizons));
    if (name.startsWith('active slots')) return decayedSlots(Number(horizons));
    if (name.startsWith('writes, half-life'))
      return decayed(one, origin, Number(horizons) * h, ({ writes }) => writes);
    const [, windows] = /^active of last (\d+) horizons$/.exec(name) ?? [];
    return windows === undefined ? undefined : activeOf(Number(windows));
  };
  const named: Record<string, number> = {
    'age of last read': age(read.at(-1)),
    'age of last write': age(known.filter(({ writes }) => writes > 0).at(-1)),
    'age of last access': age(known.at(-1)),
    'age of first access': age(known[0]),
    'last gap': gaps.length < 1 ? never : (gaps.at(-1) ?? 0) / h,
    'gap before': gaps.length < 2 ? never : (gaps.at(-2) ?? 0) / h,
    'mean log gap': gaps.length < 1 ? never : meanGap,
    'age of last access over mean gap': gaps.length < 1 ? -1 : age(known.at(-1)) / meanGap,
    'fast over middle': ratio(decayedReads(1 / 4), decayedReads(2)),
    'middle over slow': ratio(decayedReads(1), decayedReads(16)),
    'reads last horizon': between(origin - h, origin),
    'reads horizon before': between(origin - 2 * h, origin - h),
    'reads third horizon': between(origin - 3 * h, origin - 2 * h),
    'reads a day before': cycle(24, 1),
    'reads 2 days before': cycle(24, 2),
    'reads 7 days, mean': cycle(24, 7),
    'reads a week before': cycle(168, 1),
    'reads 4 weeks, mean': cycle(168, 4),
    'reads a day before, wide': cycle(24, 1, 0.5),
    'reads a week before, wide': cycle(168, 1, 0.5),
    'reads in all': sum(reads),
    'writes in all': sum(({ writes }) => writes),
    'reads an active slot': slots.length === 0 ? 0 : sum(reads) / slots.length,
    size: one.sizeBytes ?? -1,
    'time of day against the origin, cosine': phase(Math.cos),
    'time of day against the origin, sine': phase(Math.sin),
  };
  return new Map(
    ownFeatureNames.map((name) => [name, parametric(name) ?? named[name] ?? Number.POSITIVE_INFINITY]),
  );
}

/** The latest gaps count most: each is three tenths of what has been known since. */
function meanGapOf([first = 1, ...others]: number[]): number {
  return Math.exp(others.reduce((mean, gap) => mean * 0.7 + Math.log(gap) * 0.3, Math.log(first)));
}
