import type { HotBudget, OrderName } from './hot-list.ts';
import {
  type JoinChoice,
  type Replayed,
  replayJoin,
  type SimulatedJoin,
  type TimedJoin,
  timeJoin,
} from './simulate-join.ts';

/** Which joins are compared: each order with each budget, foresync's with each threshold too. */
export interface Comparison {
  orders: readonly OrderName[];
  /** At least one; an empty one is no budget. */
  budgets: readonly HotBudget[];
  /** At least one. */
  minConfidences: readonly number[];
  /** The keys that a plan by such limits holds, best first; asked only where `foresync` is among the orders. */
  plannedBy(limits: { minConfidence: number } & HotBudget): Promise<Uint32Array>;
}

export interface Simulated {
  joins: SimulatedJoin[];
  /** How much of the time after the origin the hit rates are of: until the slowest join is in sync, or the log's end. */
  lookedAtMs: number;
  /** Reads in that time, of all keys. */
  reads: number;
}

/**
 * Simulates all joins, in the order in which they were asked for. Without a budget LFU, LRU and the oracle send as many keys ahead as the
 * first plan has. `windowMs` is how much of the time after the origin there are reads of.
 */
export async function simulate(
  replayed: Replayed,
  { orders, budgets, minConfidences, plannedBy }: Comparison,
  { windowMs, signal }: { windowMs: number; signal: AbortSignal },
): Promise<Simulated> {
  const plans: JoinChoice[] = [];
  if (orders.includes('foresync'))
    for (const budget of budgets)
      for (const minConfidence of minConfidences) {
        const planned = await plannedBy({ minConfidence, ...budget });
        plans.push({ order: 'foresync', budget, planned, minConfidence });
      }
  const planKeys = plans[0]?.planned && plans[0].planned.length / replayed.share;
  const others = (order: OrderName): JoinChoice[] =>
    order === 'copy'
      ? [{ order, budget: {} }]
      : budgets.map((budget) => ({ order, budget: isNone(budget) ? { keys: planKeys } : budget }));
  const choices = orders.flatMap((order) => (order === 'foresync' ? plans : others(order)));
  const timed: TimedJoin[] = [];
  for (const choice of choices) {
    signal.throwIfAborted();
    timed.push(timeJoin(replayed, choice));
  }
  const slowestMs = Math.max(...timed.map(({ times }) => times.inSyncMs ?? Number.POSITIVE_INFINITY));
  const lookedAtMs = Math.min(windowMs, slowestMs);
  const joins: SimulatedJoin[] = [];
  for (const join of timed) {
    signal.throwIfAborted();
    joins.push(replayJoin(replayed, join, lookedAtMs));
  }
  const reads = joins[0]?.course.reads.reduce((sum, count) => sum + count, 0) ?? 0;
  return { joins, lookedAtMs, reads };
}

export function isNone({ keys, bytes }: HotBudget): boolean {
  return keys === undefined && bytes === undefined;
}
