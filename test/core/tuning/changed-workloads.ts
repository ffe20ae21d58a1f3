import type { ParameterName, Parameters } from '../../../src/core/state/parameters.ts';
import { beganMs, dayMs, hourMs, type Stage } from './joins-over-time.ts';
import { changesAtJoin, type Rate, stageOf, usualSize } from './workloads.ts';

/** A workload that becomes another one, and values that are good for it before. */
export interface ChangedWorkload {
  stage(seed: number): Stage;
  before: Parameters;
  /** What the change makes wrong, and the best values for afterwards, of those that were compared in docs/FORECASTING.md. */
  moves: ParameterName;
  after: Parameters;
}

const changeMs = beganMs + (usualSize.firstJoinDay + changesAtJoin) * dayMs;
const hourOf = (atMs: number) => ((atMs - beganMs) / hourMs) % 24;
const isDay = (atMs: number) => hourOf(atMs) >= 8 && hourOf(atMs) < 20;

/** A tenth of the keys is hot: the same ones for good at first, and others every two days from the change on. */
const promotions: Rate = (key, atMs) => {
  const promotion = atMs < changeMs ? 0 : 1 + Math.floor((atMs - changeMs) / (2 * dayMs));
  return drawn(key, promotion) < 0.1 ? 10 : 0.4;
};

/** Customers by day and, by night, more; from the change on those of another time zone too, whose day is when the joins are. */
const timeZone: Rate = (key, atMs) => {
  if (key < 100) return isDay(atMs) ? 4 : 8;
  if (atMs < changeMs) return 0.01;
  return isDay(atMs) ? 6 : 1;
};

/** A job that reads keys of its own by night, and from the change on at the hours of the joins. */
const batchJob: Rate = (key, atMs) => {
  if (key < 40) return 8;
  const hour = hourOf(atMs) - (atMs < changeMs ? 1 : 9);
  return hour >= 0 && hour < 4 ? 12 : 0.01;
};

export const changedWorkloads: Readonly<Record<string, ChangedWorkload>> = {
  // Rows that go ahead take so long that only those are worth it that are hot now.
  promotion: {
    stage: (seed) => stageOf(seed, promotions, { ...usualSize, keys: 300, hotTimesAsLong: 10 }),
    before: { halfLifeMs: 16 * dayMs, prefetchTimeoutMs: 2 * hourMs },
    moves: 'halfLifeMs',
    after: { halfLifeMs: 6 * hourMs, prefetchTimeoutMs: 2 * hourMs },
  },
  timeZone: {
    stage: (seed) => stageOf(seed, timeZone, { ...usualSize, keys: 250 }),
    before: { budgetKeys: 100, prefetchTimeoutMs: hourMs },
    moves: 'budgetKeys',
    after: { budgetKeys: 250, prefetchTimeoutMs: hourMs },
  },
  batchJob: {
    stage: (seed) => stageOf(seed, batchJob, usualSize),
    before: { prefetchTimeoutMs: 600_000 },
    moves: 'prefetchTimeoutMs',
    after: { prefetchTimeoutMs: hourMs },
  },
};

/** From 0 to below 1, the same for the same two whole numbers. */
function drawn(one: number, other: number): number {
  let hash = Math.imul(one + 1, 0x9e3779b1) ^ Math.imul(other + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}
