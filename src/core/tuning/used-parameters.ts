import { z } from 'zod';
import type { PlanHeader } from '../plan/prefetch-plan.ts';
import { orderOf } from '../plan/select.ts';
import type { JoinedTable } from '../plan/worth-ahead.ts';
import {
  hotOrders,
  type ParameterName,
  type ParameterStanding,
  type Parameters,
  type ParameterValue,
  usualParameters,
} from '../state/parameters.ts';
import type { Evidence } from './rules.ts';

const header = z.object({
  halfLifeMs: z.number().positive().optional(),
  budgetKeys: z.number().positive().optional(),
  budgetBytes: z.number().positive().optional(),
  order: z.enum(hotOrders).optional(),
  sizedFor: z.object({ rows: z.number().positive(), from: z.enum(['flag', 'run']) }).optional(),
  chosen: z.object({ model: z.string(), decayWeight: z.number().optional() }).optional(),
});
const request = z.object({ prefetchTimeoutMs: z.number().positive() });

/** What a plan was sized for in place of a threshold; undefined where it had one. */
export function sizedForOf(of: PlanHeader): JoinedTable | undefined {
  return header.safeParse(of).data?.sizedFor;
}

/** The values that a run and its plan went by; what is not known is absent. */
export function usedParameters(
  { figures, cameTrue }: Evidence,
  sources: { header: PlanHeader | undefined; request: unknown },
): Parameters {
  const said = header.safeParse(sources.header).data ?? {};
  const halfLifeMs = cameTrue?.plan?.halfLifeMs ?? said.halfLifeMs;
  const decayWeight = said.chosen?.model === 'learned' ? (said.chosen.decayWeight ?? 0) : undefined;
  const { minConfidence: threshold, horizonMs } = figures.plan ?? {};
  const minConfidence = said.sizedFor === undefined ? threshold : undefined;
  const { budgetKeys, budgetBytes } = said;
  const prefetchTimeoutMs = request.safeParse(sources.request).data?.prefetchTimeoutMs;
  const order = orderOf({ minConfidence: 0, budgetBytes, order: said.order });
  const found = {
    ...{ horizonMs, halfLifeMs, decayWeight, minConfidence },
    ...{ budgetKeys, budgetBytes, prefetchTimeoutMs, order },
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** What a run can say of a parameter: the value that it bears on, or why none. */
export type Bearing =
  | { used: ParameterValue; why?: undefined }
  | { used: ParameterValue | undefined; why: string };

/**
 * A run is evidence on the values that it used and on no others: a parameter that stands elsewhere by now, or that was moved by a later run or a hand since,
 * stays. A half-life and a weight that were not tuned are chosen when a plan is made, so any is as good a beginning.
 */
export function bearingOf(
  { name, value, isFrozen, sinceMs }: ParameterStanding,
  used: Parameters,
  startedMs: number,
): Bearing {
  const own = used[name];
  if (isFrozen) return { used: own, why: 'it is frozen' };
  if (startedMs < sinceMs)
    return { used: own, why: 'it was moved after this run had begun, by a later run or by hand' };
  if (own === undefined)
    return { used: own, why: unusedReasons[name] ?? 'the plan does not say which value it used' };
  const stands =
    value ?? (name in usualParameters ? usualParameters[name as keyof typeof usualParameters] : undefined);
  if (stands === undefined && (name === 'budgetKeys' || name === 'budgetBytes'))
    return { used: own, why: 'the plan had it from a flag: a budget is tuned once it was set' };
  if (stands !== undefined && !isSame(stands, own))
    return {
      used: own,
      why: 'the run used another value than the one that holds now, so it says nothing about that',
    };
  return { used: own };
}

const unusedReasons: Partial<Record<ParameterName, string>> = {
  minConfidence: "the plan was sized for its table by '--min-confidence auto', so no threshold was tried",
  decayWeight: 'no forests were chosen beside which it would weigh',
  budgetKeys: 'the plan had no budget in keys, and none is invented',
  budgetBytes: 'the plan had no budget in bytes, and none is invented',
  prefetchTimeoutMs: 'what the run was asked for was not kept',
};

function isSame(one: ParameterValue, other: ParameterValue): boolean {
  if (typeof one !== 'number' || typeof other !== 'number') return one === other;
  return Math.abs(one - other) <= 1e-9 * Math.abs(one);
}
