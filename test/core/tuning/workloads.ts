import { beganMs, dayMs, hourMs, type Read, type Stage } from './joins-over-time.ts';

/** How often a key is read at a moment, in reads a day; may change for good at `changeMs`. */
type Rate = (key: number, atMs: number) => number;

const keys = 200;
const rows = 4000;
const firstJoinDay = 12;
const joins = 30;
/** The joins from which on the workload is another one. */
export const changesAtJoin = 10;
const days = firstJoinDay + joins + 2;
const changeMs = beganMs + (firstJoinDay + changesAtJoin) * dayMs;

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
function stageOf(seed: number, rate: Rate): Stage {
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
  return { rows, days, firstJoinDay, joins, reads };
}

/** The key's place by heat is its number, moved by `shift`. */
const zipf = (key: number, shift = 0) => 90 / (1 + ((key + keys - shift) % keys)) ** 0.9;
const hourOf = (atMs: number) => ((atMs - beganMs) / hourMs) % 24;

/** By day of some keys and by night of the others. */
function shifts(key: number, hour: number): number {
  const isNight = key % 2 === 1;
  const isDay = hour >= 8 && hour < 20;
  return isDay !== isNight ? 1.9 : 0.1;
}

export const workloads = {
  stationary: (seed: number) => stageOf(seed, (key) => zipf(key)),
  promotion: (seed: number) => stageOf(seed, (key, atMs) => zipf(key, atMs < changeMs ? 0 : 150)),
  timeZone: (seed: number) =>
    stageOf(seed, (key, atMs) => zipf(key) * shifts(key, (hourOf(atMs) + (atMs < changeMs ? 0 : 12)) % 24)),
  batchJob: (seed: number) =>
    stageOf(seed, (key, atMs) => {
      const hour = hourOf(atMs);
      const from = atMs < changeMs ? 9 : 1;
      const isRunning = hour >= from && hour < from + 3;
      return zipf(key) + (key >= 150 && key < 220 && isRunning ? 12 : 0);
    }),
} as const;
