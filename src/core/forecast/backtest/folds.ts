import { leastReads as telling } from './served-share.ts';

/** Rows that forests are judged on, and others that they learn from for that. Numbers of origins, oldest first. */
export interface Fold {
  /** Learns from the origins before this one. */
  trainUntil: number;
  /** Is judged on the origins from this one until that one. */
  from: number;
  until: number;
  /** Learns from the keys of one half, and is judged on those of the other: this one. */
  half?: 0 | 1;
}

const blocks = 2;
const leastTrained = 2;
/** With fewer reads there is nothing to learn from. */
const leastReads = 100;
/** With fewer windows there is too little to judge by. */
const leastJudged = 4;

/**
 * Cuts the later half of the origins into blocks, each judged by what was learned from windows that ended before the block begins
 * (rolling origin: Tashman 2000). A history that is too short for that is cut by keys: what was learned from one half of them,
 * in all windows, is judged on the other. Empty where there is nothing to learn from at all.
 *
 * `reads` are the reads of each window.
 */
export function foldsOf(origins: number[], horizonBuckets: number, reads: number[]): Fold[] {
  const folds = foldsByTime(origins, horizonBuckets, reads);
  const judged = folds.flatMap(({ from, until }) => reads.slice(from, until)).filter((n) => n >= telling);
  if (judged.length >= leastJudged) return folds;
  if (sum(reads) < leastReads) return [];
  const all = { trainUntil: origins.length, from: 0, until: origins.length };
  return [
    { ...all, half: 0 },
    { ...all, half: 1 },
  ];
}

function foldsByTime(origins: number[], horizonBuckets: number, reads: number[]): Fold[] {
  const half = Math.ceil(origins.length / 2);
  const size = Math.ceil((origins.length - half) / blocks);
  const folds: Fold[] = [];
  for (let from = half; from < origins.length; from += size) {
    let trainUntil = 0;
    while (trainUntil < from && origins[trainUntil]! + horizonBuckets <= origins[from]!) trainUntil++;
    if (trainUntil >= leastTrained && sum(reads.slice(0, trainUntil)) >= leastReads)
      folds.push({ trainUntil, from, until: Math.min(origins.length, from + size) });
  }
  return folds;
}

/** Which half of the keys a key belongs to, by its place in the history (whose order is that of a hash). */
export function halfOf(key: number): 0 | 1 {
  return (key & 1) as 0 | 1;
}

function sum(values: number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
