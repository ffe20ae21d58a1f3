import { type ForecastOptions, forecast } from '../core/forecast/forecast.ts';
import { defaultTimeBudget } from '../core/forecast/panel/time-budget.ts';
import type { ReplicaGroup } from '../core/group/config.ts';
import type { AccessHistory } from '../core/history/access-history.ts';
import { markKeys } from '../core/plan/key-marks.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import type { PlanFile } from '../core/plan/read-plan.ts';
import type { Gathered } from '../core/simulate/gather.ts';
import { withinBudget } from '../core/simulate/hot-list.ts';
import type { JoinModel } from '../core/simulate/join-model.ts';
import { joinTimes } from '../core/simulate/join-times.ts';
import { plannedKeys, sureKeys } from '../core/simulate/planned-keys.ts';
import type { Comparison } from '../core/simulate/simulate.ts';
import type { HotOrder } from '../core/state/parameters.ts';
import { keyWishes } from './key-wishes.ts';

/** Where foresync's order comes from. */
export interface SimulatedPlans {
  plannedBy: Comparison['plannedBy'];
  /** Share of the plan's keys that no log has. */
  unknownShare: number;
}

export interface PlanSources extends Pick<Gathered, 'keys' | 'sample'> {
  model: JoinModel;
  /** Of all keys, by whatever sampling. */
  share: number;
  /** How many times faster accesses come than they did. */
  timeScale: number;
}

/** Thresholds and budgets of a plan that is there, in its order. Throws what its entries throw. */
export async function plansOfFile(
  { entries }: PlanFile,
  { keys, sample, model, share }: PlanSources,
): Promise<SimulatedPlans> {
  const planned = await plannedKeys(entries(), keys, sample);
  return {
    plannedBy: async ({ minConfidence, ...budget }) =>
      withinBudget(keys, sureKeys(planned, minConfidence), { budget, share, rowBytes: model.rowBytes }).keys,
    unknownShare: planned.places.length > 0 ? planned.unknown / planned.places.length : 0,
  };
}

/**
 * Plans as `foresync plan --at` would make them of the same history: forecast once, of what came before the origin, and chosen for each
 * threshold and budget. Throws what `forecast` and `makePlan` do.
 */
export async function plansByForecast(
  history: AccessHistory,
  { keys, sample, model, share, timeScale }: PlanSources,
  group: ReplicaGroup | undefined,
  options: Pick<
    ForecastOptions,
    'originMs' | 'horizonMs' | 'halfLifeMs' | 'decayWeight' | 'minConfidence' | 'signal' | 'onProgress'
  > & { order: HotOrder | undefined },
): Promise<SimulatedPlans> {
  const forecasted = await forecast(sample.of(history), {
    ...options,
    model: 'auto',
    seed: 1,
    timeBudget: defaultTimeBudget,
    leadReplica: group?.lead.name,
  });
  const wishes = keyWishes({}, group);
  const marks = wishes && (await markKeys(forecasted.store.names, wishes, options.signal));
  const { hotReadyMs, phases } = joinTimes(model, { rows: 0, bytes: 0 });
  // The forecast is in the logs' time.
  const snapshot = {
    startMs: hotReadyMs * timeScale,
    durationMs: Math.max(1, phases.snapshotMs * timeScale),
    from: 'flag',
  } as const;
  const { replicas } = history.summary();
  return {
    plannedBy: async ({ minConfidence, keys: budgetKeys, bytes: budgetBytes }) => {
      const limits = {
        minConfidence,
        budgetKeys: budgetKeys && Math.max(1, Math.round(budgetKeys * share)),
        budgetBytes: budgetBytes && Math.max(1, Math.round(budgetBytes * share)),
        order: options.order,
      };
      const plan = makePlan(forecasted, { model: 'auto', limits, replicas, marks, snapshot });
      return (await plannedKeys(plan.entries(), keys, sample)).places;
    },
    unknownShare: 0,
  };
}
