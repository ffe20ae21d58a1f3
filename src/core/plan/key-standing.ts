import type { Forecast } from '../forecast/forecast.ts';
import { earlyValues } from './early-value.ts';
import { candidatesOf } from './forecast-candidates.ts';
import { mark } from './key-marks.ts';
import type { Plan } from './make-plan.ts';

/** Whether a key is in a plan, and why or why not. */
export interface KeyStanding {
  /** 1 for the plan's first entry; absent where the key is not planned. */
  place: number | undefined;
  entries: number;
  why: 'pinned' | 'chosen' | 'excluded' | 'below-threshold' | 'worthless' | 'behind-budget';
  minConfidence: number;
  budgetKeys: number | undefined;
  budgetBytes: number | undefined;
}

/** Where the key at this place of the forecast stands in a plan that was made of it. */
export function keyStanding(plan: Plan, forecast: Forecast, key: number): KeyStanding {
  const { selection, limits, marks } = plan;
  const at = selection.order.indexOf(key);
  const common = {
    entries: selection.order.length + selection.unseen.length,
    minConfidence: limits.minConfidence,
    budgetKeys: limits.budgetKeys,
    budgetBytes: limits.budgetBytes,
  };
  if (at >= 0) {
    const isPinned = at < selection.pinned;
    const place = at + 1 + (isPinned ? 0 : selection.unseen.length);
    return { ...common, place, why: isPinned ? 'pinned' : 'chosen' };
  }
  return { ...common, place: undefined, why: whyNot(plan, forecast, key, marks?.marks[key]) };
}

function whyNot(
  { limits, snapshot }: Plan,
  forecast: Forecast,
  key: number,
  said: number | undefined,
): KeyStanding['why'] {
  if (said === mark.excluded) return 'excluded';
  if ((forecast.confidence[key] as number) < limits.minConfidence) return 'below-threshold';
  if (limits.budgetBytes === undefined) return 'behind-budget';
  const whole = { startMs: 0, durationMs: forecast.horizonMs, from: 'horizon' } as const;
  const value = earlyValues(candidatesOf(forecast), snapshot ?? whole)[key] as number;
  return value > 0 ? 'behind-budget' : 'worthless';
}
