import type { Parameters } from '../../../src/core/state/parameters.ts';
import { beganMs, dayMs, hourMs, type Stage } from './joins-over-time.ts';
import { changesAtJoin, type Rate, stageOf, usualSize, type WorkloadSize } from './workloads.ts';

const size = (keys: number, hotTimesAsLong?: number): WorkloadSize => ({
  ...usualSize,
  keys,
  hotTimesAsLong,
});
const changeMs = beganMs + (12 + changesAtJoin) * dayMs;
const hourOf = (atMs: number) => ((atMs - beganMs) / hourMs) % 24;

/** A hash of two whole numbers, from 0 to below 1. */
function drawn(one: number, other: number): number {
  let h = Math.imul(one + 1, 0x9e3779b1) ^ Math.imul(other + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

/** Promotions: every key has a heat of its own, for good at first and for two days each from the change on. */
const promotions: Rate = (key, atMs) => {
  const period = atMs < changeMs ? 0 : 1 + Math.floor((atMs - changeMs) / (2 * dayMs));
  return drawn(key, period) < 0.1 ? 10 : 0.4;
};

/** A job reads keys of its own; from the change on at the hours of the joins. */
const batchJob: Rate = (key, atMs) => {
  if (key < 40) return 8;
  const hour = hourOf(atMs);
  const from = atMs < changeMs ? 1 : 9;
  return hour >= from && hour < from + 4 ? 12 : 0.01;
};

/** Customers of a time zone in which it is night during the joins; from the change on those of another too, in which it is day. */
const timeZone: Rate = (key, atMs) => {
  const hour = hourOf(atMs);
  const isDay = hour >= 8 && hour < 20;
  if (key < 100) return isDay ? 4 : 8;
  return atMs < changeMs ? 0.01 : isDay ? 6 : 1;
};

export interface Change {
  stage: (seed: number) => Stage;
  before: Parameters;
  moves: keyof Parameters;
  others: (number | string)[];
}
export const changes: Record<string, Change> = {
  promotion: {
    stage: (seed) => stageOf(seed, promotions, size(300, 10)),
    before: { halfLifeMs: 16 * dayMs, prefetchTimeoutMs: 2 * hourMs },
    moves: 'halfLifeMs',
    others: [8, 4, 2, 1, 0.5, 0.25].map((d) => d * dayMs),
  },
  batchJob: {
    stage: (seed) => stageOf(seed, batchJob, size(200)),
    before: { prefetchTimeoutMs: 600_000 },
    moves: 'prefetchTimeoutMs',
    others: [0.33, 0.5, 0.75, 1].map((h) => h * hourMs),
  },
  timeZone: {
    stage: (seed) => stageOf(seed, timeZone, size(250)),
    before: { budgetKeys: 100, prefetchTimeoutMs: hourMs },
    moves: 'budgetKeys',
    others: [125, 200, 250],
  },
};
