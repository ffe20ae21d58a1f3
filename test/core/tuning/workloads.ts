import { beganMs, hourMs, type Read, type Stage } from './joins-over-time.ts';

/** How often a key is read at a moment, in reads a day. */
export type Rate = (key: number, atMs: number) => number;

export interface WorkloadSize extends Omit<Stage, 'reads' | 'days'> {
  keys: number;
}

export const usualSize: WorkloadSize = { keys: 200, rows: 4000, firstJoinDay: 12, joins: 30 };
/** The joins from which on the workload is another one. */
export const changesAtJoin = 10;

/** A small generator with a state that is a number (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A Poisson process a key, in steps of an hour. */
export function stageOf(seed: number, rate: Rate, size: WorkloadSize = usualSize): Stage {
  const { keys, firstJoinDay, joins } = size;
  const days = firstJoinDay + joins + 2;
  const random = seeded(seed);
  const reads: Read[] = [];
  for (let hour = 0; hour < days * 24; hour++) {
    const fromMs = beganMs + hour * hourMs;
    for (let key = 0; key < keys; key++) {
      const mean = rate(key, fromMs) / 24;
      for (let at = -Math.log(1 - random()) / mean; at < 1; at += -Math.log(1 - random()) / mean)
        reads.push({ atMs: fromMs + at * hourMs, key });
    }
  }
  reads.sort((one, other) => one.atMs - other.atMs);
  return { ...size, days, reads };
}

/** The key's place by heat is its number. */
export const zipf = (key: number) => 90 / (1 + key) ** 0.9;

export const stationary = (seed: number) => stageOf(seed, zipf);
