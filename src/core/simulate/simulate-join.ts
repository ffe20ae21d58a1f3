import { orderByNumbers } from '../forecast/radix-order.ts';
import type { HitCourse } from '../metrics/hit-course.ts';
import {
  best,
  type HotBudget,
  type HotList,
  mostFrequent,
  mostRecent,
  type OrderName,
  withinBudget,
} from './hot-list.ts';
import type { JoinModel } from './join-model.ts';
import { hotArrivalMs, type JoinTimes, joinTimes, snapshotArrivalMs } from './join-times.ts';
import type { KnownKeys } from './known-keys.ts';
import { type Readiness, readinessOf } from './readiness.ts';
import { type ReplayedReads, readsBefore, replay } from './replayed-reads.ts';
import { hitRateError } from './sampling-error.ts';

/** What is replayed, and against which join. */
export interface Replayed {
  keys: KnownKeys;
  reads: ReplayedReads;
  model: JoinModel;
  /** Which share of all keys is looked at, all of whose accesses are known: a sample by their hash. */
  share: number;
  originMs: number;
}

/** One join to simulate. */
export interface JoinChoice {
  order: OrderName;
  budget: HotBudget;
  /** The plan's keys, best first, for `foresync`; the budget has been applied to them. */
  planned?: Uint32Array | undefined;
  /** The threshold that they were chosen by. */
  minConfidence?: number | undefined;
}

/** A join whose rows are known to arrive when; nothing has been replayed yet. */
export interface TimedJoin {
  choice: JoinChoice;
  hot: HotList;
  times: JoinTimes;
}

/** What a simulated join comes to. Rows, keys and bytes are those of the whole table. */
export interface SimulatedJoin {
  order: OrderName;
  minConfidence: number | undefined;
  budgetKeys: number | undefined;
  budgetBytes: number | undefined;
  hotKeys: number;
  hotBytes: number;
  /** Undefined without keys that go ahead. */
  hotReadyMs: number | undefined;
  inSyncMs: number | undefined;
  phases: JoinTimes['phases'];
  wireBytes: JoinTimes['wireBytes'];
  deltaRows: number;
  /** Undefined where nothing was read in the time that is looked at. */
  hitRate: number | undefined;
  /** Share of the reads whose keys go ahead, whenever they came. */
  hotReadShare: number | undefined;
  /** How far `hitRate` may lie from that of all keys, by 95 %. */
  hitRateError: number | undefined;
  ready: Readiness;
  course: HitCourse;
}

/** Chooses what goes ahead, and says when everything comes. */
export function timeJoin(replayed: Replayed, choice: JoinChoice): TimedJoin {
  const { keys, share, model } = replayed;
  const limits = { budget: choice.budget, share, rowBytes: model.rowBytes };
  const order = orderOf(replayed, choice);
  const hot = withinBudget(keys, order, choice.order === 'foresync' ? { ...limits, budget: {} } : limits);
  return { choice, hot, times: joinTimes(model, hot.load) };
}

/** Replays the reads of the first `untilMs` against a join. */
export function replayJoin(
  replayed: Replayed,
  { choice, hot, times }: TimedJoin,
  untilMs: number,
): SimulatedJoin {
  const { reads, share, originMs } = replayed;
  const arrivals = arrivalsOf(replayed, hot, times);
  const result = replay(reads, arrivals, { originMs, untilMs });
  let hotReads = 0;
  for (const key of hot.keys) hotReads += result.readsOf[key] as number;
  return {
    order: choice.order,
    minConfidence: choice.minConfidence,
    budgetKeys: choice.budget.keys,
    budgetBytes: choice.budget.bytes,
    hotKeys: hot.load.rows,
    hotBytes: hot.load.bytes,
    hotReadyMs: hot.load.rows > 0 ? times.hotReadyMs : undefined,
    inSyncMs: times.inSyncMs,
    phases: times.phases,
    wireBytes: times.wireBytes,
    deltaRows: times.deltaRows,
    hitRate: result.reads > 0 ? result.hits / result.reads : undefined,
    hotReadShare: result.reads > 0 ? hotReads / result.reads : undefined,
    hitRateError: hitRateError(result, share),
    ready: readinessOf(arrivals, result.readsOf),
    course: wholeCourse(result.course, share),
  };
}

/** Of all keys, by those of a sample. */
function wholeCourse({ reads, hits, ...steps }: HitCourse, share: number): HitCourse {
  return { ...steps, reads: reads.map((count) => count / share), hits: hits.map((count) => count / share) };
}

function orderOf(replayed: Replayed, { order, budget, planned }: JoinChoice): Uint32Array {
  switch (order) {
    case 'foresync':
      return planned ?? new Uint32Array();
    case 'lfu':
      return mostFrequent(replayed.keys);
    case 'lru':
      return mostRecent(replayed.keys);
    case 'copy':
      return new Uint32Array();
    case 'oracle':
      return bestInHindsight(replayed, budget);
  }
}

/**
 * Keys by the reads that they would miss if the snapshot brought them, most first: what sending them ahead is worth. When it would bring
 * them depends on how much goes ahead, which is taken to be as much as the budget has room for. Where that is not reached, all keys go ahead
 * that a snapshot of the whole table would bring too late for some read.
 */
function bestInHindsight({ keys, reads, model, share }: Replayed, budget: HotBudget): Uint32Array {
  const byKeys = budget.keys ?? keys.length / share;
  const rows = Math.min(byKeys, (budget.bytes ?? Number.POSITIVE_INFINITY) / model.rowBytes, model.rows);
  const times = joinTimes(model, { rows, bytes: rows * model.rowBytes });
  const whole = joinTimes(model, { rows: 0, bytes: 0 }).phases.snapshotMs;
  const latest = { ...times, snapshotEndMs: times.hotReadyMs + Math.max(whole, times.phases.snapshotMs) };
  const late = readsBefore(reads, snapshotArrivals(keys, latest));
  for (let key = 0; key < keys.length; key++) if (keys.isNew[key]) late[key] = 0;
  const missed = readsBefore(reads, snapshotArrivals(keys, times));
  return orderByNumbers(best(keys, late), missed, 'descending');
}

/** When each key's row arrives, in milliseconds from the join's start; Infinity for never. */
export function arrivalsOf({ keys, share }: Replayed, hot: HotList, times: JoinTimes): Float64Array {
  const arrivals = snapshotArrivals(keys, times);
  hot.keys.forEach((key, place) => {
    if (!keys.isNew[key]) arrivals[key] = hotArrivalMs(times, hot.load, (place + 1) / share);
  });
  return arrivals;
}

function snapshotArrivals(keys: KnownKeys, times: JoinTimes): Float64Array {
  const arrivals = new Float64Array(keys.length);
  for (let key = 0; key < keys.length; key++)
    arrivals[key] = keys.isNew[key]
      ? (times.inSyncMs ?? Number.POSITIVE_INFINITY)
      : snapshotArrivalMs(times, keys.scanPlace[key] as number);
  return arrivals;
}
